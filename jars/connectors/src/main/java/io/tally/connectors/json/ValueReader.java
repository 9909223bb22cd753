package io.tally.connectors.json;

/**
 * Reads the values of one column. The cursor stands on the value's first byte, and behind its last
 * one afterwards.
 */
abstract class ValueReader {

  final Column column;

  /** What an error says was expected. */
  final String expected;

  private final boolean emptyIsNull;

  ValueReader(Column column, String expected, boolean emptyIsNull) {
    this.column = column;
    this.expected = expected;
    this.emptyIsNull = emptyIsNull;
  }

  /** The value in Flink's internal form; here is no null. */
  abstract Object read(Cursor cursor);

  /** Refuses what {@link #read} refuses, and makes no value. */
  abstract void check(Cursor cursor);

  /** Whether here, where this byte is next, is a null; if so, takes it. */
  final boolean takesNull(Cursor cursor, int next) {
    if (next == 'n') {
      cursor.word(Cursor.NULL);
      return true;
    }
    return emptyIsNull && next == '"' && cursor.takesEmptyString();
  }

  /** Notes that a null was found at a place where there must be none. */
  final void refuseNull(Cursor cursor, int place) {
    if (!column.type().isNullable()) {
      miss(cursor, place, Found.at(cursor.bytes, place, cursor.end));
    }
  }

  /** Notes that a field which must be there is not in the object that begins at the place. */
  final void refuseAbsence(Cursor cursor, int objectPlace) {
    if (!column.type().isNullable()) {
      miss(cursor, objectPlace, "no such field in this object");
    }
  }

  private void miss(Cursor cursor, int place, String found) {
    cursor.miss(column.path(), place, column.typeName() + " NOT NULL", found);
  }

  /** An element of an array or a value of a map, null or not. */
  final Object readElement(Cursor cursor) {
    int next = cursor.next();
    int place = cursor.at;
    if (takesNull(cursor, next)) {
      refuseNull(cursor, place);
      return null;
    }
    return read(cursor);
  }

  final void checkElement(Cursor cursor) {
    int next = cursor.next();
    int place = cursor.at;
    if (takesNull(cursor, next)) {
      refuseNull(cursor, place);
    } else {
      check(cursor);
    }
  }
}
