package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/** Turns rows of the changelog into writes. */
final class RowEncoder {

  private final TargetTable table;
  private final List<ColumnEncoder> set;
  private final int[] partition;
  private final int[] clustering;
  private final ByteBuffer ofNull;
  private final RowTtl ttl;

  /** Writes nulls, and has no time to live of its own for each row. */
  RowEncoder(TargetTable table, List<TargetTable.Column> columns, KeyColumns key) {
    this(table, columns, key, NullHandling.WRITE, null);
  }

  /**
   * @param columns the columns that an insert sets
   * @param key the Cassandra table's key columns in their order
   * @param ttl the time to live of each row, or null for none
   */
  RowEncoder(
      TargetTable table,
      List<TargetTable.Column> columns,
      KeyColumns key,
      NullHandling nulls,
      RowTtl ttl) {
    this.table = table;
    this.ofNull = nulls == NullHandling.UNSET ? RowWrite.UNSET : null;
    this.ttl = ttl;
    this.set =
        Stream.concat(
                columns.stream().map(ColumnEncoder::of),
                table.timeBucket().map(ColumnEncoder::of).stream())
            .toList();
    this.partition = positions(key.partition());
    this.clustering = positions(key.clustering());
  }

  private int[] positions(List<String> names) {
    return names.stream().mapToInt(columnsSet()::indexOf).toArray();
  }

  /** Cassandra columns that an insert sets, in the order of {@link RowWrite#cells}. */
  List<String> columnsSet() {
    return set.stream().map(ColumnEncoder::name).toList();
  }

  /** Whether an insert leaves no column of the table as it was. */
  boolean setsAllColumns() {
    return ofNull == null
        && set.size() == table.columns().size() + table.timeBucket().stream().count();
  }

  /**
   * Encodes a row; nothing of it is referred to afterwards.
   *
   * @throws CassandraRefusedException if a key column is null, or a time to live cannot be
   */
  RowWrite encode(RowData row, long timestamp) {
    ByteBuffer[] cells = new ByteBuffer[set.size()];
    // A filter behind an aggregation lets an update-before through and holds its update-after back:
    // then the row has left the result. Where the update-after follows, it overwrites the delete.
    boolean delete =
        row.getRowKind() == RowKind.DELETE || row.getRowKind() == RowKind.UPDATE_BEFORE;
    if (!delete) {
      for (int i = 0; i < cells.length; i++) {
        ByteBuffer cell = set.get(i).encode(row);
        cells[i] = cell == null ? ofNull : cell;
      }
    }
    RowKey key = new RowKey(keyCells(partition, row, cells), keyCells(clustering, row, cells));
    return delete
        ? RowWrite.delete(key, timestamp)
        : RowWrite.upsert(key, Arrays.asList(cells), timestamp, ttl == null ? 0 : ttl.of(row));
  }

  private List<ByteBuffer> keyCells(int[] positions, RowData row, ByteBuffer[] encoded) {
    ByteBuffer[] key = new ByteBuffer[positions.length];
    for (int i = 0; i < key.length; i++) {
      ByteBuffer cell = encoded[positions[i]];
      key[i] =
          cell == null || cell == RowWrite.UNSET
              ? set.get(positions[i]).encodeKey(row, table)
              : cell;
    }
    return Arrays.asList(key);
  }
}
