package io.tally.connectors.kafka;

/** What it means that a record of a sink is lost. */
public enum LetterLoss {
  /** The record is nowhere else: the job must not go on as if it had been written. */
  FAILS,

  /** The record of the next checkpoint says the same and more. */
  IS_MADE_GOOD
}
