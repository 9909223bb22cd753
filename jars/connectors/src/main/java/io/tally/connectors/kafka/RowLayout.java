package io.tally.connectors.kafka;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.data.GenericRowData;

/**
 * Where the parts of a record go in the produced row.
 *
 * @param arity fields that come from key, message and the message format's metadata
 * @param keyPositions for each field of the key, its position in the row
 * @param valuePositions for each field of the message, its position in the row
 * @param metadata Kafka's metadata, after these fields
 */
record RowLayout(int arity, int[] keyPositions, int[] valuePositions, List<KafkaMetadata> metadata)
    implements Serializable {

  /** A field of both key and message gets the message's value. */
  GenericRowData row(GenericRowData key, GenericRowData value, ConsumerRecord<?, ?> kafkaRecord) {
    GenericRowData row = new GenericRowData(value.getRowKind(), arity + metadata.size());
    for (int i = 0; i < keyPositions.length; i++) {
      row.setField(keyPositions[i], key.getField(i));
    }
    for (int i = 0; i < valuePositions.length; i++) {
      row.setField(valuePositions[i], value.getField(i));
    }
    for (int i = 0; i < metadata.size(); i++) {
      row.setField(arity + i, metadata.get(i).read(kafkaRecord));
    }
    return row;
  }
}
