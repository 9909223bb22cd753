package io.tally.connectors.account;

import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/** Counts rows; of the partial results of an aggregation's first step, the rows in them. */
public final class RowMeter extends Meter {

  private static final long serialVersionUID = 1L;

  private final int rowsIn;
  private transient Count rows;

  /**
   * @param rowsIn column of how many rows a partial result is of; -1: a row is one
   */
  public RowMeter(String meter, int rowsIn) {
    super(meter);
    this.rowsIn = rowsIn;
  }

  @Override
  public void open() throws Exception {
    super.open();
    rows = count("rows");
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    rows.add(rowsIn < 0 ? 1 : element.getValue().getLong(rowsIn));
    output.collect(element);
  }
}
