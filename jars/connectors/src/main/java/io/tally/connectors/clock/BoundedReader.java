package io.tally.connectors.clock;

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
  public void handleSourceEvents(SourceEvent event) {
    if (event instanceof SourceTime time) {
      sourceTime = time;
      told.complete(null);
    } else {
      super.handleSourceEvents(event);
    }
  }
}
