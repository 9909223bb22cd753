package io.tally.connectors.account;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Makes the record of an account: the newest of a job replaces the former ones.
 *
 * @param topic that accounts are kept on
 * @param job its name, the record's key
 */
public record AccountSerializer(String topic, String job)
    implements KafkaRecordSerializationSchema<byte[]> {

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      byte[] account, KafkaSinkContext context, Long timestamp) {
    return new ProducerRecord<>(topic, job.getBytes(StandardCharsets.UTF_8), account);
  }
}
