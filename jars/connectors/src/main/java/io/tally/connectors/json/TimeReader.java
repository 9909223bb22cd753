package io.tally.connectors.json;

import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Reads TIME from a string, as 12:34:56.789. */
final class TimeReader extends ValueReader {

  // Flink keeps milliseconds, whatever the precision declared.
  private static final int KEPT = 3;

  private final DateTimeText parts = new DateTimeText();
  private final int digits;

  TimeReader(Column column, boolean lenient) {
    super(column, column.typeName() + " as HH:mm:ss[.fraction]", lenient);
    digits = Math.min(KEPT, LogicalTypeChecks.getPrecision(column.type()));
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
    if (cursor.next() != '"' || !parts.start(cursor.string()).time().isWhole()) {
      throw cursor.refusal(place, expected);
    }
    if (parts.isFinerThan(digits)) {
      throw cursor.refusal(place, TimestampReader.digitsKept(column, digits));
    }
    return parts.second() * 1_000 + parts.nanos() / 1_000_000;
  }
}
