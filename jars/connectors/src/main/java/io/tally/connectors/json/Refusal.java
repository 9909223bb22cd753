package io.tally.connectors.json;

import io.tally.connectors.json.DecodeError.Kind;

/** Ends the decoding of a message. Has no stack trace: bad messages may be many. */
final class Refusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Kind kind;
  private final int position;
  private final String expected;
  private final String found;
  private String column;

  private Refusal(Kind kind, int position, String expected, String found) {
    super(null, null, false, false);
    this.kind = kind;
    this.position = position;
    this.expected = expected;
    this.found = found;
  }

  static Refusal undecodable(int position, String expected, String found) {
    return new Refusal(Kind.UNDECODABLE, position, expected, found);
  }

  static Refusal missing(int position, String expected, String found) {
    return new Refusal(Kind.MISSING, position, expected, found);
  }

  /** Names the column whose value is read; a column within another names itself first. */
  Refusal in(String path) {
    column = column == null ? path : column;
    return this;
  }

  DecodeError error() {
    String where = column == null ? "" : "column '" + column + "' ";
    return new DecodeError(
        kind, where + "at byte " + position + ": expected " + expected + ", found " + found);
  }
}
