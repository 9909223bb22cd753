package io.tally.connectors.json;

/** Reads DOUBLE, the nearest one. */
final class DoubleReader extends NumberReader {

  DoubleReader(Column column, boolean lenient) {
    super(column, column.typeName(), lenient);
  }

  @Override
  Object read(Cursor cursor) {
    int place = cursor.at;
    double value = number(cursor).doubleValue();
    if (Double.isInfinite(value)) {
      throw cursor.refusal(place, expected);
    }
    return value;
  }

  @Override
  void check(Cursor cursor) {
    int place = cursor.at;
    JsonNumber number = number(cursor);
    if (!number.isPlainlyFinite() && Double.isInfinite(number.doubleValue())) {
      throw cursor.refusal(place, expected);
    }
  }
}
