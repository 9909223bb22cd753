package io.tally.connectors.clock;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/** The newest event of each partition of a reader, by event time. */
public final class NewestEvents {

  private final Map<String, Newest> events = new HashMap<>();

  /** The newest event of a partition. */
  public static final class Newest {

    private final long delay;
    private long time = Long.MIN_VALUE;
    private long recorded;

    private Newest(long delay) {
      this.delay = delay;
    }

    /**
     * Takes an event.
     *
     * @param eventTime in epoch milliseconds
     * @param timestamp of its record
     */
    public void take(long eventTime, long timestamp) {
      if (eventTime >= time) {
        time = eventTime;
        recorded = timestamp;
      }
    }

    private Event event() {
      return new Event(time, recorded, delay);
    }
  }

  /**
   * Begins with a split, or goes on with it.
   *
   * @param delay of its watermark behind its events, in milliseconds
   */
  public Newest begin(String split, long delay) {
    Newest before = events.get(split);
    Newest newest = new Newest(delay);
    if (before != null) {
      newest.take(before.time, before.recorded);
    }
    events.put(split, newest);
    return newest;
  }

  /** Goes on from splits as a checkpoint has them. */
  void restore(List<KafkaPartitionSplit> splits) {
    for (KafkaPartitionSplit split : splits) {
      Event event = TimedSplit.newestOf(split);
      if (event != null) {
        begin(split.splitId(), event.delay()).take(event.time(), event.recorded());
      }
    }
  }

  /** Returns splits as a checkpoint has them. */
  List<KafkaPartitionSplit> noted(Collection<KafkaPartitionSplit> splits) {
    List<KafkaPartitionSplit> noted = new ArrayList<>();
    splits.forEach(split -> noted.add(new TimedSplit(split, of(split.splitId()))));
    return noted;
  }

  /** Returns the newest event of a split; null where none was read. */
  Event of(String split) {
    Newest newest = events.get(split);
    return newest == null ? null : newest.event();
  }

  /**
   * Returns the time of the newest event of all splits; {@link Finished#NONE} where there is none.
   */
  long time() {
    return events.values().stream().mapToLong(newest -> newest.time).max().orElse(Finished.NONE);
  }
}
