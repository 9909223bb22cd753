package io.tally.connectors.json;

import java.math.BigDecimal;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.types.logical.DecimalType;

/** Reads DECIMAL, never rounded. */
final class DecimalReader extends NumberReader {

  private final int precision;
  private final int scale;

  DecimalReader(Column column, boolean lenient) {
    super(column, column.typeName(), lenient);
    DecimalType type = (DecimalType) column.type();
    precision = type.getPrecision();
    scale = type.getScale();
  }

  @Override
  Object read(Cursor cursor) {
    int place = cursor.at;
    JsonNumber number = number(cursor);
    if (!DecimalData.isCompact(precision)) {
      BigDecimal value = exact(cursor, place, number).setScale(scale);
      return DecimalData.fromBigDecimal(value, precision, scale);
    }
    requireFit(cursor, place, number);
    return DecimalData.fromUnscaledLong(number.scaled(), precision, scale);
  }

  @Override
  void check(Cursor cursor) {
    int place = cursor.at;
    JsonNumber number = number(cursor);
    if (DecimalData.isCompact(precision)) {
      requireFit(cursor, place, number);
    } else {
      exact(cursor, place, number);
    }
  }

  /** Of at most 18 digits. */
  private void requireFit(Cursor cursor, int place, JsonNumber number) {
    long beyond = JsonNumber.tens(precision);
    if (!number.scale(scale) || number.scaled() >= beyond || number.scaled() <= -beyond) {
      throw cursor.refusal(place, expected);
    }
  }

  private BigDecimal exact(Cursor cursor, int place, JsonNumber number) {
    BigDecimal value = number.exact();
    if (value == null
        || value.signum() != 0
            && (value.scale() > scale || value.precision() - value.scale() > precision - scale)) {
      throw cursor.refusal(place, expected);
    }
    return value;
  }
}
