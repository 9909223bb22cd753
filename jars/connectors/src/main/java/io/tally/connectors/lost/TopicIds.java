package io.tally.connectors.lost;

import java.lang.reflect.Field;
import org.apache.flink.connector.kafka.source.reader.KafkaPartitionSplitReader;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.Metadata;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.Consumer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;

/**
 * The ids of topics as a consumer knows them.
 *
 * <p>A consumer fetches by id (Kafka 3.1 and later), so what it knows once it has returned records
 * is the id of the topic that these are from, or a newer one. To ask the broker beside it would say
 * less: the answer is of another moment.
 */
final class TopicIds {

  private final Metadata metadata;

  TopicIds(Consumer<?, ?> consumer) {
    Object delegate = field(KafkaConsumer.class, "delegate", consumer);
    this.metadata = (Metadata) field(delegate.getClass(), "metadata", delegate);
  }

  /** Returns the consumer of Flink's reader. */
  static Consumer<?, ?> consumerOf(KafkaPartitionSplitReader reader) {
    return (Consumer<?, ?>) field(KafkaPartitionSplitReader.class, "consumer", reader);
  }

  private static Object field(Class<?> type, String name, Object of) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(of);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "another Kafka connector than 5.0: %s has no %s".formatted(type.getSimpleName(), name),
          e);
    }
  }

  /** Returns the id of a topic; null where it is not known: not asked for, or an old broker. */
  Uuid of(String topic) {
    Uuid id = metadata.topicIds().get(topic);
    return Uuid.ZERO_UUID.equals(id) ? null : id;
  }
}
