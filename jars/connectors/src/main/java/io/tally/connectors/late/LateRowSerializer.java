package io.tally.connectors.late;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Headers;
import org.apache.flink.table.data.RowData;

/**
 * Makes the record of a late row: its columns as JSON, and in headers where it was late, and how
 * much.
 */
public final class LateRowSerializer implements KafkaRecordSerializationSchema<RowData> {

  private static final long serialVersionUID = 1L;

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      RowData late, KafkaSinkContext context, Long timestamp) {
    ProducerRecord<byte[], byte[]> produced =
        new ProducerRecord<>(
            late.getString(LateRows.TOPIC).toString(), late.getBinary(LateRows.VALUE));
    Headers headers = produced.headers();
    add(headers, "table", late.getString(LateRows.TABLE));
    add(headers, "aggregate", late.getString(LateRows.AGGREGATE));
    addTime(headers, "window-start", late, LateRows.START);
    addTime(headers, "window-end", late, LateRows.END);
    add(headers, "watermark", late.getLong(LateRows.WATERMARK));
    add(headers, "late-by", late.getLong(LateRows.LATE_BY));
    if (!late.isNullAt(LateRows.FROM_TOPIC)) {
      add(headers, "topic", late.getString(LateRows.FROM_TOPIC));
      add(headers, "partition", late.getInt(LateRows.FROM_PARTITION));
      add(headers, "offset", late.getLong(LateRows.FROM_OFFSET));
    }
    return produced;
  }

  private static void addTime(Headers headers, String name, RowData late, int field) {
    if (!late.isNullAt(field)) {
      add(headers, name, late.getLong(field));
    }
  }

  private static void add(Headers headers, String name, Object value) {
    headers.add("tally." + name, value.toString().getBytes(StandardCharsets.UTF_8));
  }
}
