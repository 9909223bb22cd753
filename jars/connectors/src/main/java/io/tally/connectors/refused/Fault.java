package io.tally.connectors.refused;

/**
 * Why a row is refused.
 *
 * @param sinks those that cannot hold it: {@code cassandra, kafka}
 * @param reason of each, in words
 */
record Fault(String sinks, String reason) {

  /** The same, and another sink that cannot hold the row. */
  Fault and(String sink, String why) {
    return new Fault(sinks + ", " + sink, reason + "; " + sink + ": " + why);
  }

  static Fault of(String sink, String why) {
    return new Fault(sink, sink + ": " + why);
  }
}
