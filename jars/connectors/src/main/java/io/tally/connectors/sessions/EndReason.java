package io.tally.connectors.sessions;

/** Why a session is over. */
enum EndReason {
  /** An END came. */
  END("end"),
  /** Nothing came for too long. */
  TIMEOUT("timeout"),
  /** Another START came. */
  SUPERSEDED("superseded"),
  /** It had lasted as long as one may. */
  MAX_LENGTH("max_length");

  private final String text;

  EndReason(String text) {
    this.text = text;
  }

  /** Returns what SQL sees of it. */
  String text() {
    return text;
  }
}
