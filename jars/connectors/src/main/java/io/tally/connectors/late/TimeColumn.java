package io.tally.connectors.late;

import java.io.Serializable;
import org.apache.flink.table.data.RowData;

/**
 * A column of the type that Flink's event times and window bounds have: TIMESTAMP(3) or
 * TIMESTAMP_LTZ(3), which are one in UTC.
 *
 * @param index of the column
 */
record TimeColumn(int index) implements Serializable {

  private static final int PRECISION = 3;

  boolean isNull(RowData row) {
    return row.isNullAt(index);
  }

  /** Returns it in epoch milliseconds. */
  long of(RowData row) {
    return row.getTimestamp(index, PRECISION).getMillisecond();
  }
}
