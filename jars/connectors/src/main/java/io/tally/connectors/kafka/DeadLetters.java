package io.tally.connectors.kafka;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Header;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.DataType;

/**
 * A dead letter as one column of a row: the record as it was, where it stood, and what is wrong.
 *
 * <p>It travels in band, in a metadata column of the source, so that Flink's checkpoints cover it
 * like any row.
 */
final class DeadLetters {

  static final int KEY = 0;
  static final int VALUE = 1;
  static final int HEADERS = 2;
  static final int TOPIC = 3;
  static final int PARTITION = 4;
  static final int OFFSET = 5;
  static final int TIMESTAMP = 6;
  static final int REASON = 7;
  static final int ERROR = 8;
  static final int FIELDS = 9;

  private static final int HEADER_FIELDS = 2;

  /** Null for a record that is a row. */
  static final DataType TYPE =
      DataTypes.ROW(
          DataTypes.FIELD("key", DataTypes.BYTES()),
          DataTypes.FIELD("value", DataTypes.BYTES()),
          DataTypes.FIELD(
              "headers",
              DataTypes.ARRAY(
                      DataTypes.ROW(
                              DataTypes.FIELD("name", DataTypes.STRING().notNull()),
                              DataTypes.FIELD("value", DataTypes.BYTES()))
                          .notNull())
                  .notNull()),
          DataTypes.FIELD("topic", DataTypes.STRING().notNull()),
          DataTypes.FIELD("partition", DataTypes.INT().notNull()),
          DataTypes.FIELD("offset", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("timestamp", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("reason", DataTypes.STRING().notNull()),
          DataTypes.FIELD("error", DataTypes.STRING().notNull()));

  private DeadLetters() {}

  static RowData letter(ConsumerRecord<byte[], byte[]> kafkaRecord, Fault fault) {
    GenericRowData letter = new GenericRowData(FIELDS);
    letter.setField(KEY, kafkaRecord.key());
    letter.setField(VALUE, kafkaRecord.value());
    letter.setField(HEADERS, headers(kafkaRecord));
    letter.setField(TOPIC, StringData.fromString(kafkaRecord.topic()));
    letter.setField(PARTITION, kafkaRecord.partition());
    letter.setField(OFFSET, kafkaRecord.offset());
    letter.setField(TIMESTAMP, kafkaRecord.timestamp());
    letter.setField(REASON, StringData.fromString(fault.reason().toString()));
    letter.setField(ERROR, StringData.fromString(fault.text()));
    return letter;
  }

  private static ArrayData headers(ConsumerRecord<?, ?> kafkaRecord) {
    List<RowData> headers = new ArrayList<>();
    for (Header header : kafkaRecord.headers()) {
      headers.add(GenericRowData.of(StringData.fromString(header.key()), header.value()));
    }
    return new GenericArrayData(headers.toArray());
  }

  /** Calls {@code each} with the headers of a letter, in their order. */
  static void forEachHeader(RowData letter, HeaderVisitor each) {
    ArrayData headers = letter.getArray(HEADERS);
    for (int i = 0; i < headers.size(); i++) {
      RowData header = headers.getRow(i, HEADER_FIELDS);
      each.visit(header.getString(0).toString(), header.isNullAt(1) ? null : header.getBinary(1));
    }
  }

  /** Takes a header. */
  @FunctionalInterface
  interface HeaderVisitor {
    void visit(String name, byte[] value);
  }
}
