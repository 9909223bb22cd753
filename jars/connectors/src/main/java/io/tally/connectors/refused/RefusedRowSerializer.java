package io.tally.connectors.refused;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Headers;
import org.apache.flink.table.data.RowData;

/**
 * Makes the record of a refused row: its key and its columns as JSON, and in headers which sinks
 * cannot hold it, and why.
 */
public final class RefusedRowSerializer implements KafkaRecordSerializationSchema<RowData> {

  private static final long serialVersionUID = 1L;

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      RowData row, KafkaSinkContext context, Long timestamp) {
    ProducerRecord<byte[], byte[]> produced =
        new ProducerRecord<>(
            row.getString(RefusedRows.TOPIC).toString(),
            row.getBinary(RefusedRows.KEY),
            row.getBinary(RefusedRows.VALUE));
    Headers headers = produced.headers();
    add(headers, "aggregate", row.getString(RefusedRows.AGGREGATE));
    add(headers, "sinks", row.getString(RefusedRows.SINKS));
    add(headers, "reason", row.getString(RefusedRows.REASON));
    add(headers, "deleted", row.getBoolean(RefusedRows.DELETED));
    int size = row.getInt(RefusedRows.SIZE);
    if (size > row.getBinary(RefusedRows.VALUE).length) {
      add(headers, "size", size);
    }
    return produced;
  }

  private static void add(Headers headers, String name, Object value) {
    headers.add("tally." + name, value.toString().getBytes(StandardCharsets.UTF_8));
  }
}
