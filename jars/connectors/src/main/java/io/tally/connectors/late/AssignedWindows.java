package io.tally.connectors.late;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Rows whose windows follow from their event time.
 *
 * @param kind of window
 * @param size of a window; of a cumulating one the greatest, of a session the gap; in milliseconds
 * @param step from one window to the next; for tumbling windows and sessions the size
 * @param offset of the first window from the epoch
 */
record AssignedWindows(Kind kind, long size, long step, long offset, TimeColumn time)
    implements Closing {

  /** The kinds of window; of a session, the one that the row would be alone. */
  enum Kind {
    TUMBLING,
    HOPPING,
    CUMULATING,
    SESSION
  }

  @Override
  public long first(RowData row) {
    if (time.isNull(row)) {
      return NEVER;
    }
    long at = time.of(row);
    return switch (kind) {
      case TUMBLING -> floor(at, size) + size - 1;
      case HOPPING -> earliest(at) + size - 1;
      case CUMULATING -> floor(at, step) + step - 1;
      case SESSION -> at + size - 1;
    };
  }

  @Override
  public long count(RowData row) {
    long at = time.of(row);
    return switch (kind) {
      case HOPPING -> (at - earliest(at)) / step + 1;
      case CUMULATING -> (floor(at, size) + size - floor(at, step)) / step;
      default -> 1;
    };
  }

  @Override
  public List<Window> windows(RowData row) {
    long at = time.of(row);
    return switch (kind) {
      case TUMBLING -> List.of(Window.of(floor(at, size), floor(at, size) + size));
      case HOPPING -> hopping(at);
      case CUMULATING -> cumulating(at);
      case SESSION -> List.of(Window.of(at, at + size));
    };
  }

  private List<Window> hopping(long at) {
    List<Window> windows = new ArrayList<>();
    for (long start = earliest(at); start <= at; start += step) {
      windows.add(Window.of(start, start + size));
    }
    return windows;
  }

  private List<Window> cumulating(long at) {
    List<Window> windows = new ArrayList<>();
    long start = floor(at, size);
    for (long end = floor(at, step) + step; end <= start + size; end += step) {
      windows.add(Window.of(start, end));
    }
    return windows;
  }

  /** Start of the hopping window that closes first: the earliest that still holds the moment. */
  private long earliest(long at) {
    return floor(at - size, step) + step;
  }

  /** The greatest multiple of a width, counted from the offset, that is not after the moment. */
  private long floor(long at, long width) {
    return at - Math.floorMod(at - offset, width);
  }
}
