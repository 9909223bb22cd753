package io.tally.connectors.cassandra;

/**
 * A value that its column cannot hold, though their types fit. The text says why; the column's name
 * comes from {@link ColumnEncoder}.
 */
final class UnfitValueException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private static final int SHOWN = 60;

  UnfitValueException(String message) {
    super(message);
  }

  /** Text between quotes, its beginning if it is long. */
  static String shown(String text) {
    return text.codePointCount(0, text.length()) <= SHOWN
        ? "'" + text + "'"
        : "'" + text.substring(0, text.offsetByCodePoints(0, SHOWN)) + "...'";
  }
}
