package io.tally.connectors.kafka;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.data.GenericRowData;

/** Decodes the key or the message of records. */
interface PartDecoder extends Serializable {

  /** Called once in the task, before the first record. */
  void open(DeserializationSchema.InitializationContext context) throws Exception;

  /**
   * Adds the rows that the bytes hold.
   *
   * @param bytes null where the record has no such part
   * @return null, or what is wrong; the list means nothing then
   */
  Fault decode(byte[] bytes, List<GenericRowData> rows);
}
