package io.tally.connectors.json;

import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Reads TIMESTAMP and TIMESTAMP_LTZ from a string, in SQL's layout or that of ISO 8601. */
final class TimestampReader extends ValueReader {

  private static final long DAY_MILLIS = 86_400_000L;

  private final DateTimeText parts = new DateTimeText();
  private final boolean iso;
  private final boolean zoned;
  private final int digits;

  TimestampReader(Column column, JsonSettings settings) {
    super(column, column.typeName() + " as " + layout(column, settings), settings.lenient());
    iso = settings.timestamps() == TimestampFormat.ISO_8601;
    zoned = isZoned(column);
    digits = LogicalTypeChecks.getPrecision(column.type());
  }

  private static boolean isZoned(Column column) {
    return column.type().is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE);
  }

  private static String layout(Column column, JsonSettings settings) {
    if (settings.timestamps() == TimestampFormat.ISO_8601) {
      return "yyyy-MM-ddTHH:mm[:ss[.fraction]]" + (isZoned(column) ? " and Z or +HH:mm" : "");
    }
    return "yyyy-MM-dd HH:mm:ss[.fraction]" + (isZoned(column) ? "Z" : "");
  }

  static String digitsKept(Column column, int digits) {
    return "%s with at most %d digits of fraction".formatted(column.typeName(), digits);
  }

  @Override
  TimestampData read(Cursor cursor) {
    parse(cursor);
    return TimestampData.fromEpochMillis(
        parts.epochDay() * DAY_MILLIS + parts.second() * 1_000L + parts.nanos() / 1_000_000,
        parts.nanos() % 1_000_000);
  }

  @Override
  void check(Cursor cursor) {
    parse(cursor);
  }

  private void parse(Cursor cursor) {
    int place = cursor.at;
    if (cursor.next() != '"' || !isTimestamp(cursor.string())) {
      throw cursor.refusal(place, expected);
    }
    if (parts.isFinerThan(digits)) {
      throw cursor.refusal(place, digitsKept(column, digits));
    }
  }

  private boolean isTimestamp(Text text) {
    parts.start(text).date();
    if (iso) {
      parts.require('T').timeWithoutSeconds();
    } else {
      parts.require(' ').time();
    }
    if (zoned && iso) {
      parts.offset();
    } else if (zoned) {
      parts.require('Z');
    }
    return parts.isWhole();
  }
}
