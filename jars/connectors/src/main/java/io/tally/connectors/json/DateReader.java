package io.tally.connectors.json;

/** Reads DATE from a string, as 2013-01-31. */
final class DateReader extends ValueReader {

  private final DateTimeText parts = new DateTimeText();

  DateReader(Column column, boolean lenient) {
    super(column, column.typeName() + " as yyyy-MM-dd", lenient);
  }

  @Override
  Object read(Cursor cursor) {
    return value(cursor);
  }

  @Override
  void check(Cursor cursor) {
    value(cursor);
  }

  private int value(Cursor cursor) {
    int place = cursor.at;
    if (cursor.next() != '"' || !parts.start(cursor.string()).date().isWhole()) {
      throw cursor.refusal(place, expected);
    }
    return parts.epochDay();
  }
}
