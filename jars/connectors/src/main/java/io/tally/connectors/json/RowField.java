package io.tally.connectors.json;

import org.apache.flink.table.data.GenericRowData;

/** A declared field of one sort of object, and what the object that is read has of it. */
final class RowField {

  static final int UNWANTED = -1;

  private final String name;
  private final ValueReader reader;
  private final int target;
  private long filledIn;
  private long nullIn;
  private int nullPlace;

  /**
   * Makes a field.
   *
   * @param target where its value is put in the row, or {@link #UNWANTED}
   */
  RowField(String name, ValueReader reader, int target) {
    this.name = name;
    this.reader = reader;
    this.target = target;
  }

  String name() {
    return name;
  }

  /** Whether this object has a value for it. */
  boolean isFilled(long object) {
    return filledIn == object;
  }

  /** Reads its value or null. The row may be null: nothing of the object is wanted then. */
  void read(Cursor cursor, GenericRowData row, long object) {
    try {
      int next = cursor.next();
      int place = cursor.at;
      if (reader.takesNull(cursor, next)) {
        filledIn = 0;
        nullIn = object;
        nullPlace = place;
      } else {
        fill(cursor, row);
        filledIn = object;
      }
    } catch (Refusal e) {
      throw e.in(reader.column.path());
    }
  }

  private void fill(Cursor cursor, GenericRowData row) {
    if (row == null || target == UNWANTED) {
      reader.check(cursor);
    } else {
      row.setField(target, reader.read(cursor));
    }
  }

  /** Settles that this object, which begins at the place, has no value for it. */
  void leaveEmpty(Cursor cursor, GenericRowData row, long object, int objectPlace) {
    if (row != null && target != UNWANTED) {
      row.setField(target, null);
    }
    if (nullIn == object) {
      reader.refuseNull(cursor, nullPlace);
    } else {
      reader.refuseAbsence(cursor, objectPlace);
    }
  }
}
