package io.tally.connectors.json;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.StringData;

/** Reads MAP of a character type to any other. */
final class MapReader extends ValueReader {

  private final boolean lenient;
  private final TextReader key;
  private final ValueReader value;

  MapReader(Column column, boolean lenient, TextReader key, ValueReader value) {
    super(column, column.typeName() + " as an object", lenient);
    this.lenient = lenient;
    this.key = key;
    this.value = value;
  }

  @Override
  GenericMapData read(Cursor cursor) {
    Map<StringData, Object> entries = new HashMap<>();
    cursor.open('{', expected);
    if (!cursor.closes('}')) {
      do {
        StringData name = name(cursor, entries);
        entries.put(name, value.readElement(cursor));
      } while (cursor.hasMore('}'));
    }
    return new GenericMapData(entries);
  }

  /** Also makes the map: which keys were there must be known. */
  @Override
  void check(Cursor cursor) {
    read(cursor);
  }

  private StringData name(Cursor cursor, Map<StringData, Object> entries) {
    if (cursor.next() != '"') {
      throw cursor.refusal(NameTable.EXPECTED);
    }
    int place = cursor.at;
    StringData name = key.read(cursor);
    if (!lenient && entries.containsKey(name)) {
      throw NameTable.duplicate(cursor, place);
    }
    cursor.colon();
    return name;
  }
}
