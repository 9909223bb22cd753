package io.tally.connectors.clock;

import io.tally.connectors.lost.ReadPositions;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.table.data.RowData;

/** Flink's reader of a Kafka source, whose partitions go on by the clock where they end. */
@SuppressWarnings("try") // Flink's interface has it so
final class ClockReader extends WrappedReader {

  private final SourceReaderContext context;
  private final ReadPositions read;
  private final NewestEvents newest;
  private final long leastDelay;

  private final Set<String> splits = new LinkedHashSet<>();
  private final Set<String> waiting = new LinkedHashSet<>();
  private Ends ends;
  private boolean isReported = true;
  private SourceTime sourceTime;
  private boolean isTimeTold;
  private boolean isTold;
  private CompletableFuture<Void> woken = new CompletableFuture<>();

  /**
   * @param leastDelay of time by the clock behind the present, in milliseconds
   */
  ClockReader(
      SourceReader<RowData, KafkaPartitionSplit> reader,
      SourceReaderContext context,
      ReadPositions read,
      NewestEvents newest,
      long leastDelay) {
    super(reader);
    this.context = context;
    this.read = read;
    this.newest = newest;
    this.leastDelay = leastDelay;
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RowData> output) throws Exception {
    InputStatus status = polled(output);
    if (woken.isDone()) {
      woken = new CompletableFuture<>();
    }
    if (isTold || read.hasMoved()) {
      isTold = false;
      goOn(output);
    }
    return status;
  }

  /**
   * While a task that has failed is cleared away, Flink takes an event that does not reach it for a
   * failure of its own, and restarts the job whatever the task died of.
   */
  private InputStatus polled(ReaderOutput<RowData> output) throws Exception {
    try {
      return reader.pollNext(output);
    } catch (Exception e) {
      context.sendSourceEventToCoordinator(new Failing());
      throw e;
    }
  }

  private void goOn(ReaderOutput<RowData> output) {
    if (isTimeTold) {
      isTimeTold = false;
      follow(output);
    }
    if (ends != null) {
      waiting.removeIf(split -> isThrough(split, output));
    }
    if (!isReported) {
      isReported = true;
      context.sendSourceEventToCoordinator(reached());
    }
  }

  /** Takes what has no event of its own to the time of the source. */
  private void follow(ReaderOutput<RowData> output) {
    Watermark time = new Watermark(sourceTime.time());
    if (splits.isEmpty()) {
      output.emitWatermark(time);
    }
    for (String split : splits) {
      if (newest.of(split) == null && isAtEnd(split)) {
        output.createOutputForSplit(split).emitWatermark(time);
      }
    }
  }

  /** Moves a split on that has been read to where it ended. */
  private boolean isThrough(String split, ReaderOutput<RowData> output) {
    if (!isAtEnd(split)) {
      return false;
    }
    Event event = newest.of(split);
    if (event != null || sourceTime != null) {
      long time = event == null ? sourceTime.time() : event.reached(leastDelay, ends.at());
      output.createOutputForSplit(split).emitWatermark(new Watermark(time));
    }
    return true;
  }

  private boolean isAtEnd(String split) {
    Long end = ends == null ? null : ends.offsets().get(split);
    return end != null && read.isAt(split, end);
  }

  private Reached reached() {
    long least = Reached.NONE;
    boolean hasEmpty = false;
    for (String split : splits) {
      Event event = newest.of(split);
      if (event != null) {
        long time =
            isAtEnd(split) ? event.reached(leastDelay, ends.at()) : event.reached(leastDelay);
        least = Math.min(least, time);
      } else if (isAtEnd(split)) {
        hasEmpty = true;
      } else {
        return new Reached(Reached.UNKNOWN, true);
      }
    }
    return new Reached(least, hasEmpty);
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof Ends told) {
      ends = told;
      waiting.clear();
      waiting.addAll(splits);
      isReported = false;
      wake();
    } else if (event instanceof SourceTime told) {
      sourceTime = told;
      isTimeTold = true;
      wake();
    } else {
      super.handleSourceEvents(event);
    }
  }

  private void wake() {
    isTold = true;
    woken.complete(null);
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    CompletableFuture<Void> available = super.isAvailable();
    if (available.isDone()) {
      return available;
    }
    return woken.isDone() ? woken : CompletableFuture.anyOf(available, woken).thenApply(x -> null);
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> added) {
    added.forEach(split -> splits.add(split.splitId()));
    newest.restore(added);
    super.addSplits(added);
  }

  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
    return newest.noted(super.snapshotState(checkpoint));
  }
}
