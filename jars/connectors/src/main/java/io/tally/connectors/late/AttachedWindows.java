package io.tally.connectors.late;

import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Rows that bear their one window in columns, as a window table function put it there.
 *
 * @param start null if the row does not bear it
 */
record AttachedWindows(TimeColumn start, TimeColumn end) implements Closing {

  @Override
  public long first(RowData row) {
    return end.isNull(row) ? NEVER : end.of(row) - 1;
  }

  @Override
  public List<Window> windows(RowData row) {
    long last = end.of(row) - 1;
    return List.of(new Window(start == null ? null : start.of(row), last + 1, last));
  }
}
