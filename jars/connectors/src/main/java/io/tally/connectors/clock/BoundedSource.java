package io.tally.connectors.clock;

import io.tally.connectors.lost.LossPolicy;
import io.tally.connectors.lost.ReadPositions;
import io.tally.connectors.lost.TrackedReader;
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
   * @param losses what becomes of records that vanished before they were read
   */
  public BoundedSource(
      KafkaSource<RowData> source, TimedDeserializer deserializer, LossPolicy losses) {
    super(source, deserializer, losses);
  }

  @Override
  SourceReader<RowData, KafkaPartitionSplit> wrapped(
      TrackedReader reader, SourceReaderContext context, ReadPositions read) {
    NewestEvents newest = new NewestEvents();
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
