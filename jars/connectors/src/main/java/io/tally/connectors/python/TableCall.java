package io.tally.connectors.python;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.utils.JoinedRowData;

/** Calls a table function: a row comes once for each row that it returns. */
final class TableCall extends PythonCall {

  private static final long serialVersionUID = 1L;

  private final boolean keepsAll;
  private final int columns;

  /**
   * @param keepsAll whether a row for which it returns none comes once, with NULL
   */
  TableCall(Configuration config, Called called, boolean keepsAll) {
    super(config, called, "TableFunctionOperation");
    this.keepsAll = keepsAll;
    this.columns = called.results().getFieldCount();
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    Object[] returned = call(row);
    for (Object one : returned) {
      collect(joined(row, results().toSql((Object[]) one)));
    }
    if (returned.length == 0 && keepsAll) {
      collect(joined(row, new GenericRowData(columns)));
    }
  }

  private static RowData joined(RowData row, RowData returned) {
    return new JoinedRowData(row.getRowKind(), row, returned);
  }
}
