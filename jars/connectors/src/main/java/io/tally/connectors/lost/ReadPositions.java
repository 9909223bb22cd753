package io.tally.connectors.lost;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;

/**
 * Up to which offset a reader has handed on each split: what comes next, and no control record of
 * the broker counts.
 */
public final class ReadPositions {

  private final Map<String, Long> positions = new ConcurrentHashMap<>();
  private final Map<String, Uuid> topics = new ConcurrentHashMap<>();
  private volatile boolean moved;

  /** Called by the reader's own thread; of a new split, by the thread that will read it. */
  public void reached(Map<String, Long> batch) {
    positions.putAll(batch);
    moved = true;
  }

  /** Notes which topic a split that has just come is read from. */
  void begun(String split, Uuid topic) {
    topics.put(split, topic);
  }

  /** Returns the topic of a split when it came; null while that is not known. */
  Uuid topic(String split) {
    return topics.get(split);
  }

  /** Returns where a split is, or {@code unknown}. */
  long position(String split, long unknown) {
    return positions.getOrDefault(split, unknown);
  }

  /** Tells whether any has moved since it was asked the last time. */
  public boolean hasMoved() {
    boolean answer = moved;
    if (answer) {
      moved = false;
    }
    return answer;
  }

  /** Tells whether a split was read to an offset. */
  public boolean isAt(String split, long end) {
    Long position = positions.get(split);
    return position != null && position >= end;
  }
}
