package io.tally.connectors.json;

/** Reads BOOLEAN, if lenient also out of a string. */
final class BooleanReader extends ValueReader {

  private final boolean lenient;

  BooleanReader(Column column, boolean lenient) {
    super(column, column.typeName(), lenient);
    this.lenient = lenient;
  }

  @Override
  Object read(Cursor cursor) {
    return value(cursor);
  }

  @Override
  void check(Cursor cursor) {
    value(cursor);
  }

  private boolean value(Cursor cursor) {
    int next = cursor.next();
    if (next == 't') {
      cursor.word(Cursor.TRUE);
    } else if (next == 'f') {
      cursor.word(Cursor.FALSE);
    } else {
      return quoted(cursor);
    }
    return next == 't';
  }

  private boolean quoted(Cursor cursor) {
    int place = cursor.at;
    String text = lenient && cursor.next() == '"' ? cursor.string().toString() : "";
    if (!text.equals("true") && !text.equals("false")) {
      throw cursor.refusal(place, expected);
    }
    return text.equals("true");
  }
}
