package io.tally.connectors.late;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Tells which windows a row belongs to. A window has closed once the watermark is at its last
 * millisecond.
 */
interface Closing extends Serializable {

  /** Not even the last watermark closes it, though that is the same number. */
  long NEVER = Long.MAX_VALUE;

  /**
   * Returns the last millisecond of the row's window that closes first; {@link #NEVER} for a row
   * that belongs to none.
   */
  long first(RowData row);

  /** Returns how many windows the row has, which is one at least. */
  default long count(RowData row) {
    return 1;
  }

  /** Returns all windows of the row. */
  List<Window> windows(RowData row);

  /**
   * A window.
   *
   * @param start in epoch milliseconds; null where none is known, or the window is a moment
   * @param end first millisecond after it; null for a moment
   * @param last its last millisecond
   */
  record Window(Long start, Long end, long last) {

    static Window of(long start, long end) {
      return new Window(start, end, end - 1);
    }
  }
}
