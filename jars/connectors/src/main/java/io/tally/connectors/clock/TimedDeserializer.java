package io.tally.connectors.clock;

import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.table.data.RowData;

/** A deserializer that notes the newest event of each partition. */
public interface TimedDeserializer extends KafkaRecordDeserializationSchema<RowData> {

  /** Sets where; called once it is open. */
  void noteNewest(NewestEvents newest);
}
