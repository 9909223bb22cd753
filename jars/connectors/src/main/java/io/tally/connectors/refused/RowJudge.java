package io.tally.connectors.refused;

import java.io.Serializable;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.table.data.RowData;

/** Judges the rows of a result for one sink. */
public interface RowJudge extends Serializable {

  /** Name of the sink: {@code cassandra}, {@code kafka}. */
  String sink();

  /** Called once, before the first row. */
  void open(SerializationSchema.InitializationContext context) throws Exception;

  /**
   * Judges a row: an upsert whole, a delete by its key alone.
   *
   * @return why the sink cannot hold it, or null if it can
   */
  String refusal(RowData row);

  /**
   * How many bytes of text the sink surely holds in a {@linkplain PlainRows plain} row, which then
   * needs no judgement; less than 0: every row needs one.
   */
  int plainBytes();
}
