package io.tally.connectors.account;

import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/** A door ahead of a window aggregation's second step, which takes partial results. */
public final class PartialDoor extends Door {

  private static final long serialVersionUID = 1L;

  private final int rowsIn;
  private final int windowEnd;

  /**
   * @param rowsIn column of how many rows a partial result is of
   * @param windowEnd column of the first millisecond after its window, a BIGINT
   */
  public PartialDoor(String meter, int rowsIn, int windowEnd) {
    super(meter, 1);
    this.rowsIn = rowsIn;
    this.windowEnd = windowEnd;
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    countIn(row.getLong(windowEnd) - 1, row.getLong(rowsIn));
    output.collect(element);
  }
}
