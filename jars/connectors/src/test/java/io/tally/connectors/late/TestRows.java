package io.tally.connectors.late;

import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;

/** Rows whose first column is a number, and all others times. */
final class TestRows {

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
