package io.tally.connectors.json;

import java.math.BigDecimal;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Reads TIMESTAMP and TIMESTAMP_LTZ from a number of seconds, milli- or microseconds since 1970.
 */
final class EpochReader extends NumberReader {

  private static final long FIRST_SECOND = -62_135_596_800L; // 0001-01-01 00:00:00
  private static final long LAST_SECOND = 253_402_300_799L; // 9999-12-31 23:59:59
  private static final int NANOS = 1_000_000_000;

  /** Of a unit, as a power of ten; a second has 1. */
  private final int unitsOfSecond;

  private final boolean fractions;
  private final int digits;
  private long second;
  private int nanos;

  EpochReader(Column column, JsonSettings settings) {
    super(column, column.typeName() + " as " + unit(settings.timestamps()), settings.lenient());
    unitsOfSecond =
        switch (settings.timestamps()) {
          case EPOCH_SECONDS -> 0;
          case EPOCH_MILLIS -> 3;
          default -> 6;
        };
    fractions = unitsOfSecond == 0;
    digits = LogicalTypeChecks.getPrecision(column.type());
  }

  private static String unit(TimestampFormat format) {
    return switch (format) {
      case EPOCH_SECONDS -> "seconds since 1970";
      case EPOCH_MILLIS -> "whole milliseconds since 1970";
      default -> "whole microseconds since 1970";
    };
  }

  @Override
  TimestampData read(Cursor cursor) {
    parse(cursor);
    return TimestampData.fromEpochMillis(second * 1_000 + nanos / 1_000_000, nanos % 1_000_000);
  }

  @Override
  void check(Cursor cursor) {
    parse(cursor);
  }

  private void parse(Cursor cursor) {
    int place = cursor.at;
    JsonNumber number = number(cursor);
    if (!whole(number) && !(fractions && fraction(number))) {
      throw cursor.refusal(place, expected);
    }
    if (second < FIRST_SECOND || second > LAST_SECOND) {
      throw cursor.refusal(place, expected + ", of the years 1 to 9999");
    }
    if (nanos % JsonNumber.tens(9 - digits) != 0) {
      throw cursor.refusal(place, TimestampReader.digitsKept(column, digits));
    }
  }

  private boolean whole(JsonNumber number) {
    if (!number.scale(0)) {
      return false;
    }
    long units = JsonNumber.tens(unitsOfSecond);
    second = Math.floorDiv(number.scaled(), units);
    nanos = (int) (Math.floorMod(number.scaled(), units) * (NANOS / units));
    return true;
  }

  /** Of seconds. A long of nanoseconds reaches from 1677 to 2262; beyond, the slow way. */
  private boolean fraction(JsonNumber number) {
    if (!number.scale(9)) {
      return far(number);
    }
    second = Math.floorDiv(number.scaled(), (long) NANOS);
    nanos = Math.floorMod(number.scaled(), NANOS);
    return true;
  }

  private boolean far(JsonNumber number) {
    BigDecimal value = number.exact();
    if (value == null || value.scale() > 9 || value.precision() - value.scale() > 12) {
      return false;
    }
    BigDecimal[] parts = value.scaleByPowerOfTen(9).divideAndRemainder(BigDecimal.valueOf(NANOS));
    long rest = parts[1].longValueExact();
    second = parts[0].longValueExact() - (rest < 0 ? 1 : 0);
    nanos = (int) (rest < 0 ? rest + NANOS : rest);
    return true;
  }
}
