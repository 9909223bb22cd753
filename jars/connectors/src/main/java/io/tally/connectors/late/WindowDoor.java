package io.tally.connectors.late;

import io.tally.connectors.account.Door;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/**
 * Counts the rows that go into a window operator. Of a row that is late for some of its windows,
 * those that have closed do not count: the gate ahead has put them out.
 */
public final class WindowDoor extends Door {

  private static final long serialVersionUID = 1L;

  private final Closing closing;

  /**
   * @param windows of the rows
   */
  public WindowDoor(String meter, WindowSpec windows) {
    super(meter, windows.step());
    this.closing = windows.closing();
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    long first = closing.first(row);
    if (first != Closing.NEVER) {
      countInOpen(first, closing.count(row));
    }
    output.collect(element);
  }
}
