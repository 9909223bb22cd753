package io.tally.connectors.clock;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.Gauge;

/**
 * Flink's coordinator of a bounded source, which also tells readers the time of the newest event,
 * once all have read what they were given.
 */
final class BoundedEnumerator extends WrappedEnumerator {

  private final boolean isRestored;
  private final Map<Integer, Finished> finished = new HashMap<>();
  private boolean isDiscovered;
  private SourceTime end;

  /**
   * @param isRestored whether Flink's goes on from a checkpoint
   */
  BoundedEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      boolean isRestored) {
    super(enumerator, context);
    this.isRestored = isRestored;
  }

  @Override
  public void start() {
    super.start();
    // Windows that end later were closed by the end of the run, and may hold half of their events.
    context.metricGroup().<Long, Gauge<Long>>gauge("sourceTime", this::sourceTime);
    if (isRestored) {
      // Behind the two steps in which Flink's looks for partitions: it does not say that there are
      // no more where it finds no new ones, and the source would never end (FLINK-31006).
      later(() -> later(this::discovered));
    }
  }

  /** The source's time at the end of the run; none before, or without events. */
  private Long sourceTime() {
    return end == null || end.time() == Finished.NONE ? null : end.time();
  }

  private void later(Runnable step) {
    context.callAsync(() -> true, (done, failure) -> step.run());
  }

  private void discovered() {
    isDiscovered = true;
    context.registeredReaders().keySet().forEach(context::signalNoMoreSplits);
  }

  @Override
  public void handleSourceEvent(int reader, SourceEvent event) {
    if (!(event instanceof Finished far)) {
      super.handleSourceEvent(reader, event);
      return;
    }
    finished.put(reader, far);
    if (end != null) {
      // Of a reader that was begun again after the others had been told.
      context.sendEventToSourceReader(reader, end);
    } else if (finished.size() == context.currentParallelism()) {
      long newest = finished.values().stream().mapToLong(Finished::newest).max().orElseThrow();
      end = new SourceTime(newest);
      finished.keySet().forEach(one -> context.sendEventToSourceReader(one, end));
    }
  }

  @Override
  public void addReader(int subtask) {
    finished.remove(subtask);
    super.addReader(subtask);
    if (isDiscovered) {
      context.signalNoMoreSplits(subtask);
    }
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    finished.remove(subtask);
    super.addSplitsBack(splits, subtask);
  }
}
