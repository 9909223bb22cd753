package io.tally.connectors.kafka;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.connector.kafka.source.enumerator.initializer.NoStoppingOffsetsInitializer;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.streaming.connectors.kafka.config.BoundedMode;
import org.apache.flink.streaming.connectors.kafka.config.StartupMode;
import org.apache.flink.table.api.ValidationException;

/** Where reading starts and stops, as the options of a Kafka table say. */
final class KafkaOffsets {

  private KafkaOffsets() {}

  static OffsetsInitializer starting(
      StartupMode mode, Map<TopicPartition, Long> specific, long timestamp, Properties properties) {
    return switch (mode) {
      case EARLIEST -> OffsetsInitializer.earliest();
      case LATEST -> OffsetsInitializer.latest();
      case GROUP_OFFSETS -> OffsetsInitializer.committedOffsets(resetStrategy(properties));
      case SPECIFIC_OFFSETS -> OffsetsInitializer.offsets(specific);
      case TIMESTAMP -> OffsetsInitializer.timestamp(timestamp);
    };
  }

  static OffsetsInitializer stopping(
      BoundedMode mode, Map<TopicPartition, Long> specific, long timestamp) {
    return switch (mode) {
      case UNBOUNDED -> new NoStoppingOffsetsInitializer();
      case LATEST -> OffsetsInitializer.latest();
      case GROUP_OFFSETS -> OffsetsInitializer.committedOffsets();
      case SPECIFIC_OFFSETS -> OffsetsInitializer.offsets(specific);
      case TIMESTAMP -> OffsetsInitializer.timestamp(timestamp);
    };
  }

  /** What to do where the group has committed nothing; by default that is an error. */
  @SuppressWarnings("deprecation") // Flink's API takes Kafka's deprecated enum and no other type.
  private static OffsetResetStrategy resetStrategy(Properties properties) {
    String name =
        properties.getProperty(
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, OffsetResetStrategy.NONE.name());
    try {
      return OffsetResetStrategy.valueOf(name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new ValidationException(
          "option 'properties.auto.offset.reset' is '%s'; it must be earliest, latest or none"
              .formatted(name),
          e);
    }
  }
}
