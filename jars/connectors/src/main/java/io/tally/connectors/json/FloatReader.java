package io.tally.connectors.json;

/** Reads FLOAT, the nearest one. */
final class FloatReader extends NumberReader {

  FloatReader(Column column, boolean lenient) {
    super(column, column.typeName(), lenient);
  }

  @Override
  Object read(Cursor cursor) {
    return value(cursor);
  }

  @Override
  void check(Cursor cursor) {
    value(cursor);
  }

  private float value(Cursor cursor) {
    int place = cursor.at;
    float value = number(cursor).floatValue();
    if (Float.isInfinite(value)) {
      throw cursor.refusal(place, expected);
    }
    return value;
  }
}
