package io.tally.connectors.json;

import java.util.List;

/** Passes over the values of fields that no column is declared for, which must be JSON too. */
final class Skipper {

  private final NameTable[] names;
  private final boolean lenient;

  Skipper(JsonSettings settings) {
    // One for each depth, as objects of one depth never lie within each other.
    names = new NameTable[settings.maxDepth() + 1];
    lenient = settings.lenient();
  }

  void skip(Cursor cursor) {
    int next = cursor.next();
    switch (next) {
      case '"' -> cursor.skipString();
      case '{' -> object(cursor);
      case '[' -> array(cursor);
      case 't' -> cursor.word(Cursor.TRUE);
      case 'f' -> cursor.word(Cursor.FALSE);
      case 'n' -> cursor.word(Cursor.NULL);
      default -> number(cursor, next);
    }
  }

  private static void number(Cursor cursor, int next) {
    if (!Cursor.beginsNumber(next)) {
      throw cursor.refusal("a value");
    }
    cursor.skipNumber();
  }

  private void object(Cursor cursor) {
    cursor.open('{', "an object");
    NameTable table = names(cursor.depth());
    table.begin();
    if (!cursor.closes('}')) {
      do {
        table.next(cursor);
        skip(cursor);
      } while (cursor.hasMore('}'));
    }
  }

  private NameTable names(int depth) {
    if (names[depth] == null) {
      names[depth] = new NameTable(List.of(), lenient);
    }
    return names[depth];
  }

  private void array(Cursor cursor) {
    cursor.open('[', "an array");
    if (!cursor.closes(']')) {
      do {
        skip(cursor);
      } while (cursor.hasMore(']'));
    }
  }
}
