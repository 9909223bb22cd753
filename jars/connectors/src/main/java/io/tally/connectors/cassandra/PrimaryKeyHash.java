package io.tally.connectors.cassandra;

import java.util.List;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.table.data.RowData;

/**
 * The hash of a row's primary key: a function of its bytes, so the same on every machine.
 *
 * <p>The bytes are those of the nearest CQL type, since a plan is made without asking the server;
 * the column's own type does not matter, as equal values of one Flink type have equal bytes.
 */
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
      columns =
          table.primaryKey().stream()
              .map(table::column)
              .map(column -> ColumnEncoder.of(column, CqlTypes.of(column)))
              .toList();
    }
    int hash = 1;
    for (ColumnEncoder column : columns) {
      hash = 31 * hash + column.encodeKey(row, table).hashCode();
    }
    return hash;
  }
}
