package io.tally.connectors.lost;

import java.util.Properties;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordEmitter;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaRecordEmitter;
import org.apache.flink.connector.kafka.source.reader.KafkaSourceReader;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.reader.fetcher.KafkaSourceFetcherManager;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitState;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.data.RowData;

/** Flink's reader of a Kafka source, whose state says of which logs its offsets are. */
@SuppressWarnings("try") // Flink's interface has it so
public final class TrackedReader extends KafkaSourceReader<RowData> {

  private final ReadPositions read;

  private TrackedReader(Parts parts, Configuration options, SourceReaderContext context) {
    super(
        parts.queue(),
        new KafkaSourceFetcherManager(parts.queue(), parts.readers(), finished -> {}),
        parts.emitter(),
        options,
        context,
        parts.metrics());
    this.read = parts.read();
  }

  /** What it is made of, as {@link org.apache.flink.connector.kafka.source.KafkaSource} has it. */
  private record Parts(
      FutureCompletingBlockingQueue<RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>>> queue,
      Supplier<SplitReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit>> readers,
      RecordEmitter<ConsumerRecord<byte[], byte[]>, RowData, KafkaPartitionSplitState> emitter,
      KafkaSourceReaderMetrics metrics,
      ReadPositions read) {}

  /**
   * Makes one.
   *
   * @param properties of the source
   * @param deserializer is open
   * @param read gets the positions
   */
  public static TrackedReader of(
      Properties properties,
      SourceReaderContext context,
      KafkaRecordDeserializationSchema<RowData> deserializer,
      LossPolicy policy,
      ReadPositions read) {
    KafkaSourceReaderMetrics metrics = new KafkaSourceReaderMetrics(context.metricGroup());
    KafkaRecordEmitter<RowData> emitter = new KafkaRecordEmitter<>(deserializer);
    Configuration options = new Configuration();
    properties
        .stringPropertyNames()
        .forEach(name -> options.setString(name, properties.getProperty(name)));
    Parts parts =
        new Parts(
            new FutureCompletingBlockingQueue<>(),
            () -> new TrackedSplitReader(properties, context, metrics, policy, read),
            (kafkaRecord, output, state) -> {
              emitter.emitRecord(kafkaRecord, output, state);
              ((TrackedSplitState) state).note(kafkaRecord);
            },
            metrics,
            read);
    return new TrackedReader(parts, options, context);
  }

  @Override
  protected KafkaPartitionSplitState initializedState(KafkaPartitionSplit split) {
    return new TrackedSplitState(split);
  }

  @Override
  protected KafkaPartitionSplit toSplitType(String split, KafkaPartitionSplitState state) {
    return ((TrackedSplitState) state).split(read);
  }
}
