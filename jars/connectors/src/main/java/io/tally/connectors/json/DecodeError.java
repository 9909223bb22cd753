package io.tally.connectors.json;

import java.util.Locale;

/**
 * Why a message is no row.
 *
 * @param kind what sort of error it is
 * @param text one line: the column if it is about one, the byte (the first is 0), what was expected
 *     there and what was found
 */
public record DecodeError(Kind kind, String text) {

  /** The sorts of errors. */
  public enum Kind {
    /** The message is not JSON, or a value does not fit its column. */
    UNDECODABLE,
    /** All is well but for a NOT NULL column that is null or absent. */
    MISSING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
