package io.tally.connectors.json;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.GenericArrayData;

/** Reads ARRAY. */
final class ArrayReader extends ValueReader {

  private final ValueReader element;

  ArrayReader(Column column, boolean lenient, ValueReader element) {
    super(column, column.typeName() + " as an array", lenient);
    this.element = element;
  }

  @Override
  GenericArrayData read(Cursor cursor) {
    List<Object> values = new ArrayList<>();
    cursor.open('[', expected);
    if (!cursor.closes(']')) {
      do {
        values.add(element.readElement(cursor));
      } while (cursor.hasMore(']'));
    }
    return new GenericArrayData(values.toArray());
  }

  @Override
  void check(Cursor cursor) {
    cursor.open('[', expected);
    if (!cursor.closes(']')) {
      do {
        element.checkElement(cursor);
      } while (cursor.hasMore(']'));
    }
  }
}
