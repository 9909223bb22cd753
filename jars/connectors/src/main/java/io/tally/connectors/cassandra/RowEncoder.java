package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** Turns rows of the changelog into writes. */
final class RowEncoder {

  private final TargetTable table;
  private final List<ColumnEncoder> set;
  private final List<ColumnEncoder> partition;
  private final List<ColumnEncoder> clustering;

  /**
   * @param columns the columns that an insert sets
   * @param key the Cassandra table's key columns in their order
   */
  RowEncoder(TargetTable table, List<TargetTable.Column> columns, KeyColumns key) {
    this.table = table;
    this.set =
        Stream.concat(
                columns.stream().map(ColumnEncoder::of),
                table.timeBucket().map(ColumnEncoder::of).stream())
            .toList();
    this.partition = key.partition().stream().map(this::encoderOf).toList();
    this.clustering = key.clustering().stream().map(this::encoderOf).toList();
  }

  private ColumnEncoder encoderOf(String column) {
    return set.stream().filter(c -> c.name().equals(column)).findFirst().orElseThrow();
  }

  /** Cassandra columns that an insert sets, in the order of {@link RowWrite#cells}. */
  List<String> columnsSet() {
    return set.stream().map(ColumnEncoder::name).toList();
  }

  /** Whether an insert leaves no column of the table as it was. */
  boolean setsAllColumns() {
    return set.size() == table.columns().size() + table.timeBucket().stream().count();
  }

  /**
   * Encodes a row; nothing of it is referred to afterwards.
   *
   * @throws CassandraRefusedException if a key column is null
   */
  RowWrite encode(RowData row, long timestamp) {
    RowKey key = new RowKey(keyCells(partition, row), keyCells(clustering, row));
    if (row.getRowKind() == RowKind.DELETE) {
      return RowWrite.delete(key, timestamp);
    }
    List<ByteBuffer> cells = new ArrayList<>(set.size());
    for (ColumnEncoder column : set) {
      cells.add(column.encode(row));
    }
    return RowWrite.upsert(key, cells, timestamp);
  }

  private List<ByteBuffer> keyCells(List<ColumnEncoder> columns, RowData row) {
    List<ByteBuffer> cells = new ArrayList<>(columns.size());
    for (ColumnEncoder column : columns) {
      cells.add(column.encodeKey(row, table));
    }
    return cells;
  }
}
