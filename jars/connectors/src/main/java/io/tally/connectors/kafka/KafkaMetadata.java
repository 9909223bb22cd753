package io.tally.connectors.kafka;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Header;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/**
 * Reads the metadata columns of a Kafka table out of a record.
 *
 * <p>Names and types are those of {@code KafkaDynamicSource}, which keeps its own readers to
 * itself; the dead letter is tally's.
 */
enum KafkaMetadata {
  TOPIC("topic", r -> StringData.fromString(r.topic())),
  PARTITION("partition", ConsumerRecord::partition),
  HEADERS("headers", KafkaMetadata::headers),
  LEADER_EPOCH("leader-epoch", r -> r.leaderEpoch().orElse(null)),
  OFFSET("offset", ConsumerRecord::offset),
  TIMESTAMP("timestamp", r -> TimestampData.fromEpochMillis(r.timestamp())),
  TIMESTAMP_TYPE("timestamp-type", r -> StringData.fromString(r.timestampType().toString())),
  /** Tally's own: null for a record that is a row. */
  DEAD_LETTER("dead-letter", r -> null);

  private final String key;
  private final Function<ConsumerRecord<?, ?>, Object> reader;

  KafkaMetadata(String key, Function<ConsumerRecord<?, ?>, Object> reader) {
    this.key = key;
    this.reader = reader;
  }

  static KafkaMetadata of(String key) {
    return Arrays.stream(values())
        .filter(metadata -> metadata.key.equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no Kafka metadata '" + key + "'"));
  }

  String key() {
    return key;
  }

  /** The value in Flink's internal form. */
  Object read(ConsumerRecord<?, ?> kafkaRecord) {
    return reader.apply(kafkaRecord);
  }

  private static Object headers(ConsumerRecord<?, ?> kafkaRecord) {
    Map<StringData, byte[]> map = new HashMap<>();
    for (Header header : kafkaRecord.headers()) {
      map.put(StringData.fromString(header.key()), header.value());
    }
    return new GenericMapData(map);
  }
}
