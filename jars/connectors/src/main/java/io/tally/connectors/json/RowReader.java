package io.tally.connectors.json;

import java.util.List;
import org.apache.flink.table.data.GenericRowData;

/** Reads an object into a row, by the names of its fields. */
final class RowReader extends ValueReader {

  private final RowField[] fields;
  private final NameTable names;
  private final Skipper skipper;

  RowReader(Column column, boolean lenient, List<RowField> fields, Skipper skipper) {
    super(column, column.path().isEmpty() ? "an object" : "ROW as an object", lenient);
    this.fields = fields.toArray(RowField[]::new);
    this.names = new NameTable(fields, lenient);
    this.skipper = skipper;
  }

  @Override
  GenericRowData read(Cursor cursor) {
    GenericRowData row = new GenericRowData(fields.length);
    fill(cursor, row);
    return row;
  }

  @Override
  void check(Cursor cursor) {
    fill(cursor, null);
  }

  /** Sets the fields that are wanted; with a null row it only checks. */
  void fill(Cursor cursor, GenericRowData row) {
    cursor.next();
    int place = cursor.at;
    cursor.open('{', expected);
    long object = names.begin();
    int filled = 0;
    if (!cursor.closes('}')) {
      do {
        filled += field(cursor, row, object);
      } while (cursor.hasMore('}'));
    }
    if (filled < fields.length) {
      leaveOthersEmpty(cursor, row, object, place);
    }
  }

  /** Returns by how many there are more fields filled now. */
  private int field(Cursor cursor, GenericRowData row, long object) {
    RowField field = names.next(cursor).field;
    if (field == null) {
      skipper.skip(cursor);
      return 0;
    }
    // Only if lenient may it be filled before.
    int before = field.isFilled(object) ? 1 : 0;
    field.read(cursor, row, object);
    return (field.isFilled(object) ? 1 : 0) - before;
  }

  private void leaveOthersEmpty(Cursor cursor, GenericRowData row, long object, int place) {
    for (RowField field : fields) {
      if (!field.isFilled(object)) {
        field.leaveEmpty(cursor, row, object, place);
      }
    }
  }
}
