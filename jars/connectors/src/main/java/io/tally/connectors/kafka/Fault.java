package io.tally.connectors.kafka;

/**
 * Why a record is no row of its table.
 *
 * @param text one line for people
 */
record Fault(Reason reason, String text) {

  /** Begins the text of what is skipped since records are lost there; cause and number follow. */
  static final String LOST = "lost/";

  /** The kinds of faults; their names are part of the dead letter's format. */
  enum Reason {
    /** Key or message are not what the format says. */
    UNDECODABLE("undecodable"),
    /** A NOT NULL column has no value. */
    MISSING("missing"),
    /** The event time is null, or cannot be computed. */
    NO_EVENT_TIME("no-event-time"),
    /** The event time lies further in the future than the source allows. */
    TOO_FAR_AHEAD("too-far-ahead"),
    /** It is a deletion, which the source leaves out: no dead letter is written of it. */
    SKIPPED("skipped");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    @Override
    public String toString() {
      return label;
    }
  }

  static Fault undecodable(String text) {
    return new Fault(Reason.UNDECODABLE, text);
  }
}
