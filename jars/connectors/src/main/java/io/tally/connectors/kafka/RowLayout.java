package io.tally.connectors.kafka;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.data.GenericRowData;

/**
 * Where the parts of a record go in the produced row.
 *
 * @param arity fields that come from key, message and the message format's metadata
 * @param keyPositions for each field of the key, its position in the row; -1: the query wants it
 *     not
 * @param valuePositions for each field of the message, its position in the row, or -1
 * @param metadata Kafka's metadata, after these fields
 */
record RowLayout(int arity, int[] keyPositions, int[] valuePositions, List<KafkaMetadata> metadata)
    implements Serializable {

  int width() {
    return arity + metadata.size();
  }

  /** Position of the dead letter in the row, or -1 where the query does not read it. */
  int deadLetter() {
    int index = metadata.indexOf(KafkaMetadata.DEAD_LETTER);
    return index < 0 ? -1 : arity + index;
  }

  /** A field of both key and message gets the message's value. */
  GenericRowData row(GenericRowData key, GenericRowData value, ConsumerRecord<?, ?> kafkaRecord) {
    GenericRowData row = new GenericRowData(value.getRowKind(), width());
    if (key != null) {
      place(key, keyPositions, row);
    }
    place(value, valuePositions, row);
    return completed(row, kafkaRecord);
  }

  private static void place(GenericRowData part, int[] positions, GenericRowData row) {
    for (int i = 0; i < positions.length; i++) {
      if (positions[i] >= 0) {
        row.setField(positions[i], part.getField(i));
      }
    }
  }

  /** Adds the metadata to a row in which all of them are null, as the dead letter of a row is. */
  GenericRowData completed(GenericRowData row, ConsumerRecord<?, ?> kafkaRecord) {
    for (int i = 0; i < metadata.size(); i++) {
      KafkaMetadata one = metadata.get(i);
      // Of a row it is null, which it is already.
      if (one != KafkaMetadata.DEAD_LETTER) {
        row.setField(arity + i, one.read(kafkaRecord));
      }
    }
    return row;
  }

  /**
   * The row of a record that is none: its dead letter, and blanks.
   *
   * @param blanks for each field that comes from key or message
   */
  GenericRowData dead(Object[] blanks, ConsumerRecord<byte[], byte[]> kafkaRecord, Fault fault) {
    GenericRowData row = new GenericRowData(width());
    for (int i = 0; i < arity; i++) {
      row.setField(i, blanks[i]);
    }
    completed(row, kafkaRecord).setField(deadLetter(), DeadLetters.letter(kafkaRecord, fault));
    return row;
  }
}
