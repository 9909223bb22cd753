package io.tally.connectors.json;

/** Reads a number, if lenient also out of a string. */
abstract class NumberReader extends ValueReader {

  private final boolean lenient;

  NumberReader(Column column, String expected, boolean lenient) {
    super(column, expected, lenient);
    this.lenient = lenient;
  }

  final JsonNumber number(Cursor cursor) {
    int next = cursor.next();
    if (Cursor.beginsNumber(next)) {
      return cursor.number();
    }
    int place = cursor.at;
    JsonNumber number = lenient && next == '"' ? cursor.number(cursor.string()) : null;
    if (number == null) {
      throw cursor.refusal(place, expected);
    }
    return number;
  }
}
