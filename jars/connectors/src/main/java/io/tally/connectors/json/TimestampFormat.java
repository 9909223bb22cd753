package io.tally.connectors.json;

/** How messages write TIMESTAMP and TIMESTAMP_LTZ. */
public enum TimestampFormat {
  SQL("SQL"),
  ISO_8601("ISO-8601"),
  EPOCH_SECONDS("EPOCH-SECONDS"),
  EPOCH_MILLIS("EPOCH-MILLIS"),
  EPOCH_MICROS("EPOCH-MICROS");

  private final String option;

  TimestampFormat(String option) {
    this.option = option;
  }

  /** The value of the option that chooses it. */
  @Override
  public String toString() {
    return option;
  }
}
