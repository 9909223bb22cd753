package io.tally.connectors.kafka;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Headers;
import org.apache.flink.table.data.RowData;

/**
 * Makes the record of a dead letter: key, value and headers as they were, then headers that say
 * where the record stood and what is wrong with it.
 */
final class DeadLetterSerializer implements KafkaRecordSerializationSchema<RowData> {

  static final String SUFFIX = ".dead";

  private static final long serialVersionUID = 1L;

  private final String table;

  /**
   * @param table name of the source table
   */
  DeadLetterSerializer(String table) {
    this.table = table;
  }

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      RowData row, KafkaSinkContext context, Long timestamp) {
    RowData letter = row.getRow(0, DeadLetters.FIELDS);
    String topic = letter.getString(DeadLetters.TOPIC).toString();
    ProducerRecord<byte[], byte[]> produced =
        new ProducerRecord<>(
            topic + SUFFIX, bytes(letter, DeadLetters.KEY), bytes(letter, DeadLetters.VALUE));
    Headers headers = produced.headers();
    DeadLetters.forEachHeader(letter, headers::add);
    add(headers, "topic", topic);
    add(headers, "partition", letter.getInt(DeadLetters.PARTITION));
    add(headers, "offset", letter.getLong(DeadLetters.OFFSET));
    add(headers, "timestamp", letter.getLong(DeadLetters.TIMESTAMP));
    add(headers, "table", table);
    add(headers, "reason", letter.getString(DeadLetters.REASON));
    add(headers, "error", letter.getString(DeadLetters.ERROR));
    return produced;
  }

  private static byte[] bytes(RowData letter, int field) {
    return letter.isNullAt(field) ? null : letter.getBinary(field);
  }

  private static void add(Headers headers, String name, Object value) {
    headers.add("tally." + name, value.toString().getBytes(StandardCharsets.UTF_8));
  }
}
