package io.tally.connectors.account;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * How many rows are in windows that have not closed, among the figures of a meter.
 *
 * <p>Rows of the same windows are one figure: windows of a row close one after the other, a step
 * apart, and follow from the first that closes and their number. So a row costs the same however
 * many windows it has.
 */
final class OpenWindows {

  /** Of the figures' names. */
  static final String PREFIX = "windows/";

  private final Counts counts;
  private final long step;
  private final Map<Windows, Count> rows = new HashMap<>();
  private Windows last;
  private Count lastRows;
  private long nextToForget = Long.MAX_VALUE;

  /** The windows of a row: last millisecond of the one that closes first, and how many. */
  private record Windows(long first, long number) {

    static Windows of(String name) {
      String[] parts = name.substring(PREFIX.length()).split("/");
      return new Windows(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }

    String name() {
      return PREFIX + first + "/" + number;
    }
  }

  /**
   * Goes on from the windows that are among the figures.
   *
   * @param step from one window's end to the next's
   */
  OpenWindows(Counts counts, long step) {
    this.counts = counts;
    this.step = Math.max(step, 1);
    for (String name : counts.names(PREFIX)) {
      Windows windows = Windows.of(name);
      rows.put(windows, counts.of(name));
      nextToForget = Math.min(nextToForget, lastToClose(windows));
    }
  }

  /** Counts rows of the same windows. */
  void add(long first, long number, long more) {
    if (last == null || last.first != first || last.number != number) {
      last = new Windows(first, number);
      lastRows = rows.computeIfAbsent(last, windows -> counts.of(windows.name()));
      nextToForget = Math.min(nextToForget, lastToClose(last));
    }
    lastRows.add(more);
  }

  /** Returns how many windows of a row a watermark leaves open. */
  long open(long first, long number, long watermark) {
    if (first > watermark) {
      return number;
    }
    long since = watermark - first;
    // Negative where it is too great for a long.
    return since < 0 ? 0 : Math.max(0, number - 1 - since / step);
  }

  /** Returns the rows, each as often as it has open windows. */
  long open(long watermark) {
    long open = 0;
    for (Map.Entry<Windows, Count> one : rows.entrySet()) {
      Windows windows = one.getKey();
      open += one.getValue().value() * open(windows.first, windows.number, watermark);
    }
    return open;
  }

  /** Last millisecond of the one of some windows that closes last. */
  private long lastToClose(Windows windows) {
    return windows.first + (windows.number - 1) * step;
  }

  /**
   * Forgets rows of which a watermark has closed all windows. There may be a watermark for each
   * row: most close nothing.
   */
  void close(long watermark) {
    if (watermark < nextToForget) {
      return;
    }
    nextToForget = Long.MAX_VALUE;
    for (Iterator<Windows> all = rows.keySet().iterator(); all.hasNext(); ) {
      Windows windows = all.next();
      if (open(windows.first, windows.number, watermark) == 0) {
        counts.forget(windows.name());
        all.remove();
      } else {
        nextToForget = Math.min(nextToForget, lastToClose(windows));
      }
    }
    last = null;
  }
}
