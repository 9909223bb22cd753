package io.tally.connectors.cassandra;

import java.util.List;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.table.data.RowData;

/** The hash of a row's primary key: a function of its bytes, so the same on every machine. */
final class PrimaryKeyHash implements KeySelector<RowData, Integer> {

  private static final long serialVersionUID = 1L;

  private final TargetTable table;
  private transient List<ColumnEncoder> columns;

  PrimaryKeyHash(TargetTable table) {
    this.table = table;
  }

  @Override
  public Integer getKey(RowData row) {
    if (columns == null) {
      columns = table.primaryKey().stream().map(n -> ColumnEncoder.of(table.column(n))).toList();
    }
    int hash = 1;
    for (ColumnEncoder column : columns) {
      hash = 31 * hash + column.encodeKey(row, table).hashCode();
    }
    return hash;
  }
}
