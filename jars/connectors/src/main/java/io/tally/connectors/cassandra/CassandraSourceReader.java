package io.tally.connectors.cassandra;

import java.util.Map;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.RowData;

/**
 * Emits the rows of its splits.
 *
 * <p>Each page is emitted whole, within one turn of the task, so a checkpoint falls between two
 * pages. Its position is the server's paging state alone, which names the last row read: a restored
 * reader neither repeats nor leaves out a row, even if rows before it have come or gone.
 */
// Flink's own reader may throw InterruptedException in close, of which javac warns here.
@SuppressWarnings("try")
final class CassandraSourceReader
    extends SingleThreadMultiplexSourceReaderBase<
        Page, RowData, TokenSplit, CassandraSourceReader.Progress> {

  private final PageRequests requests;

  CassandraSourceReader(PageRequests requests, long limit, SourceReaderContext context) {
    super(
        () -> new TokenSplitReader(requests, limit),
        emitter(context.metricGroup().getIOMetricGroup().getNumRecordsInCounter()),
        context.getConfiguration(),
        context);
    this.requests = requests;
  }

  /** Flink's reader counts a page as one record. */
  private static RecordEmitter<Page, RowData, Progress> emitter(Counter recordsIn) {
    return (page, output, progress) -> {
      emit(page, output);
      recordsIn.inc(page.rows().size() - 1L);
      progress.split = progress.split.at(page.next());
    };
  }

  private static void emit(Page page, SourceOutput<RowData> output) {
    for (RowData row : page.rows()) {
      output.collect(row);
    }
  }

  @Override
  public void start() {
    if (getNumberOfCurrentlyAssignedSplits() == 0) {
      context.sendSplitRequest();
    }
  }

  @Override
  protected void onSplitFinished(Map<String, Progress> finished) {
    if (getNumberOfCurrentlyAssignedSplits() == 0) {
      context.sendSplitRequest();
    }
  }

  @Override
  protected Progress initializedState(TokenSplit split) {
    return new Progress(split);
  }

  @Override
  protected TokenSplit toSplitType(String splitId, Progress progress) {
    return progress.split;
  }

  @Override
  public void close() throws Exception {
    try {
      super.close();
    } finally {
      requests.close();
    }
  }

  /** A split as far as it has been emitted. */
  static final class Progress {
    private TokenSplit split;

    private Progress(TokenSplit split) {
      this.split = split;
    }
  }
}
