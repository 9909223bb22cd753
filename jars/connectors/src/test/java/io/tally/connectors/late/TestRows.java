package io.tally.connectors.late;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.RowType;

/** Rows whose first column is a number, and all others times. */
final class TestRows {

  /** Rows of a number and one time. */
  static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("id", DataTypes.INT()),
                  DataTypes.FIELD("at", DataTypes.TIMESTAMP(3)))
              .getLogicalType();

  private TestRows() {}

  /**
   * Makes a row.
   *
   * @param times in epoch milliseconds, or null
   */
  static RowData row(int id, Long... times) {
    GenericRowData row = new GenericRowData(times.length + 1);
    row.setField(0, id);
    for (int time = 0; time < times.length; time++) {
      row.setField(
          time + 1, times[time] == null ? null : TimestampData.fromEpochMillis(times[time]));
    }
    return row;
  }
}
