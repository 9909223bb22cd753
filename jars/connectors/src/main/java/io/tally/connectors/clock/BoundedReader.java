package io.tally.connectors.clock;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.table.data.RowData;

/** Flink's reader of a bounded source, which ends once all have read their part. */
@SuppressWarnings("try") // Flink's interface has it so
final class BoundedReader extends WrappedReader {

  private final SourceReaderContext context;
  private final NewestEvents newest;
  private final Map<String, KafkaPartitionSplit> given = new LinkedHashMap<>();
  private final CompletableFuture<Void> told = new CompletableFuture<>();
  private SourceTime sourceTime;
  private boolean isFinished;

  BoundedReader(
      SourceReader<RowData, KafkaPartitionSplit> reader,
      SourceReaderContext context,
      NewestEvents newest) {
    super(reader);
    this.context = context;
    this.newest = newest;
  }

  @Override
  public InputStatus pollNext(ReaderOutput<RowData> output) throws Exception {
    if (!isFinished) {
      InputStatus status = reader.pollNext(output);
      if (status != InputStatus.END_OF_INPUT) {
        return status;
      }
      isFinished = true;
      context.sendSourceEventToCoordinator(new Finished(newest.time()));
    }
    if (sourceTime == null) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    if (sourceTime.time() != Finished.NONE) {
      output.emitWatermark(new Watermark(sourceTime.time()));
    }
    return InputStatus.END_OF_INPUT;
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return isFinished ? told : super.isAvailable();
  }

  @Override
  public void addSplits(List<KafkaPartitionSplit> added) {
    added.forEach(split -> given.put(split.splitId(), split));
    newest.restore(added);
    super.addSplits(added);
  }

  /**
   * Flink's reader forgets what it has read to the end. Here its newest event is still to be told,
   * also after a restart.
   */
  @Override
  public List<KafkaPartitionSplit> snapshotState(long checkpoint) {
    Map<String, KafkaPartitionSplit> state = new LinkedHashMap<>(given);
    state.replaceAll((name, split) -> ended(split));
    super.snapshotState(checkpoint).forEach(split -> state.put(split.splitId(), split));
    return newest.noted(state.values());
  }

  /** A split of which nothing is left to read, and no offset to be committed. */
  private static KafkaPartitionSplit ended(KafkaPartitionSplit split) {
    return new KafkaPartitionSplit(
        split.getTopicPartition(), KafkaPartitionSplit.EARLIEST_OFFSET, 0);
  }

  @Override
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof SourceTime time) {
      sourceTime = time;
      told.complete(null);
    } else {
      super.handleSourceEvents(event);
    }
  }
}
