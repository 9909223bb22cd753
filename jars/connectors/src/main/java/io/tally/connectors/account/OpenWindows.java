package io.tally.connectors.account;

import java.util.HashMap;
import java.util.Map;

/** How many rows went into each window that has not closed, among the figures of a meter. */
final class OpenWindows {

  /** Of the figures' names; the window's last millisecond follows. */
  static final String PREFIX = "window/";

  private final Counts counts;
  private final Map<Long, Count> windows = new HashMap<>();
  private long last = Long.MIN_VALUE;
  private Count lastCount;

  /** Goes on from the windows that are among the figures. */
  OpenWindows(Counts counts) {
    this.counts = counts;
  }

  /**
   * Counts rows.
   *
   * @param lastMillisecond of their window
   */
  void add(long lastMillisecond, long rows) {
    if (lastMillisecond != last || lastCount == null) {
      last = lastMillisecond;
      lastCount = windows.computeIfAbsent(last, window -> counts.of(PREFIX + window));
    }
    lastCount.add(rows);
  }

  /** Forgets windows that a watermark has closed. */
  void close(long watermark) {
    windows.keySet().removeIf(window -> window <= watermark);
    lastCount = null;
    counts.forget(
        name ->
            name.startsWith(PREFIX)
                && Long.parseLong(name.substring(PREFIX.length())) <= watermark);
  }

  /** Returns figures with one for all open windows, {@code open}, in place of one for each. */
  static Map<String, Long> summed(Map<String, Long> values) {
    long open = 0;
    for (Map.Entry<String, Long> one : values.entrySet()) {
      open += one.getKey().startsWith(PREFIX) ? one.getValue() : 0;
    }
    values.keySet().removeIf(name -> name.startsWith(PREFIX));
    values.put("open", open);
    return values;
  }
}
