package io.tally.connectors.json;

import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Reads CHAR, VARCHAR and STRING; if lenient, also the text of a number or boolean. */
final class TextReader extends ValueReader {

  private final boolean lenient;
  private final int longest;
  private final Text scalar = new Text();

  TextReader(Column column, boolean lenient) {
    super(column, column.typeName(), false);
    this.lenient = lenient;
    longest = LogicalTypeChecks.getLength(column.type());
  }

  @Override
  StringData read(Cursor cursor) {
    return StringData.fromBytes(text(cursor).copy());
  }

  @Override
  void check(Cursor cursor) {
    if (cursor.next() == '"' && longest == Integer.MAX_VALUE) {
      cursor.skipString();
    } else {
      text(cursor);
    }
  }

  private Text text(Cursor cursor) {
    int next = cursor.next();
    int place = cursor.at;
    Text text = next == '"' ? cursor.string() : scalar(cursor, next);
    // A character takes a byte at least: most texts need no counting.
    if (text.length() > longest && text.characters() > longest) {
      throw cursor.refusal(place, expected + " of at most %d characters".formatted(longest));
    }
    return text;
  }

  private Text scalar(Cursor cursor, int next) {
    int from = cursor.at;
    if (lenient && next == 't') {
      cursor.word(Cursor.TRUE);
    } else if (lenient && next == 'f') {
      cursor.word(Cursor.FALSE);
    } else if (lenient && Cursor.beginsNumber(next)) {
      cursor.number();
    } else {
      throw cursor.refusal(expected);
    }
    scalar.set(cursor.bytes, from, cursor.at);
    return scalar;
  }
}
