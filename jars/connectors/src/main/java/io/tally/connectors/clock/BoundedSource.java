package io.tally.connectors.clock;

import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.table.data.RowData;

/**
 * A Kafka source that ends, and whose time comes to that of its newest event first.
 *
 * <p>The end of input itself is the end of all time, at which a session could not tell whether it
 * is over.
 */
public final class BoundedSource extends WrappedSource {

  private static final long serialVersionUID = 1L;

  /**
   * @param source what is read
   * @param deserializer the source's
   */
  public BoundedSource(KafkaSource<RowData> source, TimedDeserializer deserializer) {
    super(source, deserializer);
  }

  @Override
  public SourceReader<RowData, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    NewestEvents newest = new NewestEvents();
    SourceReader<RowData, KafkaPartitionSplit> reader = source.createReader(context);
    deserializer.noteNewest(newest);
    return new BoundedReader(reader, context, newest);
  }

  @Override
  WrappedEnumerator wrapped(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      boolean isRestored) {
    return new BoundedEnumerator(enumerator, context, isRestored);
  }
}
