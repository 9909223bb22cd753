package io.tally.connectors.failed;

import java.io.Serializable;

/**
 * Where an expression is.
 *
 * @param aggregates that its operator feeds, by name
 * @param operator as Flink describes it, with its expressions; empty for a function's own call
 */
record Place(String aggregates, String operator) implements Serializable {

  private static final int LONGEST = 300;

  /** Returns the words for what went wrong here. */
  String failed(String what) {
    String of = aggregates.isEmpty() ? "" : "aggregate " + aggregates + ": ";
    String text = operator.length() > LONGEST ? operator.substring(0, LONGEST) + "..." : operator;
    return operator.isEmpty() ? of + what : of + text + " failed: " + what;
  }
}
