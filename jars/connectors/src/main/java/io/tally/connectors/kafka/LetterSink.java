package io.tally.connectors.kafka;

import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerConfig;

/** Makes Kafka sinks of what is set aside, dead letters and late rows, and of accounts. */
public final class LetterSink {

  private static final String PROPERTIES = "properties.";

  // By Kafka's default a few letters, or one, are a request: that takes 25 µs of CPU for each.
  private static final String LINGER_MS = "100";

  // The topic of a record limits its batch as it was compressed, so a letter must be compressed
  // too.
  private static final String COMPRESSION = "lz4";

  // A letter is held here before it is compressed; by default none larger than 32 MiB could be.
  private static final String BUFFER_BYTES = String.valueOf(128 << 20);

  private LetterSink() {}

  /**
   * Makes a sink.
   *
   * @param table the options of the table, for the producer's properties
   * @param options the same, as {@link DeadLetterTableFactory} declares them
   * @param letters what is written, for errors
   */
  public static <T> Sink<T> of(
      Map<String, String> table,
      ReadableConfig options,
      KafkaRecordSerializationSchema<T> serializer,
      String letters,
      LetterLoss loss) {
    DeliveryGuarantee delivery = options.get(DeadLetterTableFactory.DELIVERY);
    Properties producer = producer(table, options);
    KafkaSinkBuilder<T> builder =
        KafkaSink.<T>builder()
            .setKafkaProducerConfig(producer)
            .setBootstrapServers(options.get(DeadLetterTableFactory.SERVERS))
            .setRecordSerializer(serializer)
            .setDeliveryGuarantee(delivery);
    if (delivery != DeliveryGuarantee.EXACTLY_ONCE) {
      return builder.build();
    }
    builder.setTransactionalIdPrefix(options.get(DeadLetterTableFactory.PREFIX));
    return new CommittedLetters<>(builder.build(), producer, letters, loss);
  }

  private static Properties producer(Map<String, String> table, ReadableConfig options) {
    Properties producer = new Properties();
    long timeout = options.get(DeadLetterTableFactory.TRANSACTION_TIMEOUT).toMillis();
    producer.setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, String.valueOf(timeout));
    // The topic decides how large a letter may be; the client's own limit would end the job.
    producer.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(Integer.MAX_VALUE));
    // Nobody waits for one: they come in order with a checkpoint, or with this much delay.
    producer.setProperty(ProducerConfig.LINGER_MS_CONFIG, LINGER_MS);
    producer.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, COMPRESSION);
    producer.setProperty(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    table.forEach(
        (key, value) -> {
          if (key.startsWith(PROPERTIES)) {
            producer.setProperty(key.substring(PROPERTIES.length()), value);
          }
        });
    return producer;
  }
}
