package io.tally.connectors.clock;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaPartitionSplitReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.Consumer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.WakeupException;

/**
 * Flink's reader of partitions, which hands on the consumer's positions with each batch: behind the
 * last record there may be some of the broker's own, ends of transactions, that are no records.
 */
@SuppressWarnings("try") // Flink's interface has it so
final class PositionedReader extends KafkaPartitionSplitReader {

  private final Consumer<?, ?> consumer;
  private final ReadPositions read;

  PositionedReader(
      Properties properties,
      SourceReaderContext context,
      KafkaSourceReaderMetrics metrics,
      ReadPositions read) {
    super(properties, context, metrics);
    this.consumer = consumerOf(this);
    this.read = read;
  }

  private static Consumer<?, ?> consumerOf(KafkaPartitionSplitReader reader) {
    try {
      Field field = KafkaPartitionSplitReader.class.getDeclaredField("consumer");
      field.setAccessible(true);
      return (Consumer<?, ?>) field.get(reader);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Kafka connector than 5.0: no consumer", e);
    }
  }

  @Override
  public RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> fetch() throws IOException {
    RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records = super.fetch();
    return new PositionedBatch<>(records, positions(consumer.assignment()), read);
  }

  /**
   * Of a split that has just come nothing is under way. If it is empty, nothing will be for long.
   */
  @Override
  public void handleSplitsChanges(SplitsChange<KafkaPartitionSplit> change) {
    super.handleSplitsChanges(change);
    List<TopicPartition> added =
        change.splits().stream()
            .map(KafkaPartitionSplit::getTopicPartition)
            .filter(consumer.assignment()::contains)
            .toList();
    read.reached(positions(added));
  }

  private Map<String, Long> positions(Collection<TopicPartition> partitions) {
    Map<String, Long> positions = new HashMap<>();
    try {
      for (TopicPartition partition : partitions) {
        positions.put(KafkaPartitionSplit.toSplitId(partition), consumer.position(partition));
      }
    } catch (WakeupException e) {
      // A position that is not known yet would have been waited for; the next batch has it.
      consumer.wakeup();
    }
    return positions;
  }
}
