package io.tally.connectors.clock;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Up to which offset a reader has handed on each split: what comes next, and no control record of
 * the broker counts.
 */
final class ReadPositions {

  private final Map<String, Long> positions = new ConcurrentHashMap<>();
  private volatile boolean moved;

  /** Called by the reader's own thread; of a new split, by the thread that will read it. */
  void reached(Map<String, Long> batch) {
    positions.putAll(batch);
    moved = true;
  }

  /** Tells whether any has moved since it was asked the last time. */
  boolean hasMoved() {
    boolean answer = moved;
    if (answer) {
      moved = false;
    }
    return answer;
  }

  /** Tells whether a split was read to an offset. */
  boolean isAt(String split, long end) {
    Long position = positions.get(split);
    return position != null && position >= end;
  }
}
