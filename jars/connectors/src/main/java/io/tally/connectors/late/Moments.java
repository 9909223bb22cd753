package io.tally.connectors.late;

import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Rows that are late once the watermark has reached their own event time: joins on time, OVER,
 * MATCH_RECOGNIZE.
 */
record Moments(TimeColumn time) implements Closing {

  @Override
  public long first(RowData row) {
    return time.isNull(row) ? NEVER : time.of(row);
  }

  @Override
  public List<Window> windows(RowData row) {
    return List.of(new Window(null, null, time.of(row)));
  }
}
