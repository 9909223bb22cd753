package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.types.RowKind;

/**
 * Turns rows of the changelog into writes.
 *
 * <p>An upsert that sets a static column sets it for the whole partition, also where it sets null;
 * one that does not name it leaves it alone. A delete removes its row and leaves the static columns
 * as they are, also when it was the partition's last row. Rows of one partition may be written by
 * several subtasks, which have no order among them, and the last one to be accepted gives a static
 * column its value; so where a static column is written, its value should depend on the partition
 * key alone.
 */
final class RowEncoder {

  private final TargetTable table;
  private final ServerTable server;
  private final List<ColumnEncoder> set;
  private final int[] partition;
  private final int[] clustering;
  private final ByteBuffer ofNull;
  private final RowTtl ttl;
  private final RowLimits limits;

  /** Writes nulls, and has no time to live of its own for each row. */
  RowEncoder(TargetTable table, List<TargetTable.Column> columns, ServerTable server) {
    this(table, columns, server, NullHandling.WRITE, null, RowLimits.of(table, server.key()));
  }

  /**
   * @param columns the columns that an insert sets; they fit the Cassandra table
   * @param server the Cassandra table
   * @param ttl the time to live of each row, or null for none
   * @param limits how large a row may be
   */
  RowEncoder(
      TargetTable table,
      List<TargetTable.Column> columns,
      ServerTable server,
      NullHandling nulls,
      RowTtl ttl,
      RowLimits limits) {
    this.table = table;
    this.server = server;
    this.ofNull = nulls == NullHandling.UNSET ? RowWrite.UNSET : null;
    this.ttl = ttl;
    this.limits = limits;
    this.set =
        Stream.concat(
                columns.stream().map(this::encoder),
                table.timeBucket().map(ColumnEncoder::of).stream())
            .toList();
    this.partition = positions(server.key().partition());
    this.clustering = positions(server.key().clustering());
  }

  private ColumnEncoder encoder(TargetTable.Column column) {
    return server.isKey(column.name())
        ? ColumnEncoder.ofKey(column, server.types().get(column.name()))
        : ColumnEncoder.of(column, server.types().get(column.name()));
  }

  private int[] positions(List<String> names) {
    return names.stream().mapToInt(columnsSet()::indexOf).toArray();
  }

  /** Cassandra columns that an insert sets, in the order of {@link RowWrite#cells}. */
  List<String> columnsSet() {
    return set.stream().map(ColumnEncoder::name).toList();
  }

  /** What an upsert does to a row, going by the columns that the Cassandra table has. */
  Upserts upserts() {
    List<String> names = columnsSet();
    boolean wholeRow =
        server.types().keySet().stream()
            .allMatch(name -> names.contains(name) || server.statics().contains(name));
    return new Upserts(
        ofNull == null && wholeRow, names.stream().anyMatch(server.statics()::contains));
  }

  /**
   * Encodes a row; nothing of it is referred to afterwards.
   *
   * @throws CassandraRefusedException if a key column is null, a column cannot hold its value, key
   *     or row are larger than Cassandra takes, or a time to live cannot be
   */
  RowWrite encode(RowData row, long timestamp) {
    ByteBuffer[] cells = new ByteBuffer[set.size()];
    // A filter behind an aggregation lets an update-before through and holds its update-after back:
    // then the row has left the result. Where the update-after follows, it overwrites the delete.
    boolean delete =
        row.getRowKind() == RowKind.DELETE || row.getRowKind() == RowKind.UPDATE_BEFORE;
    if (!delete) {
      for (int i = 0; i < cells.length; i++) {
        ByteBuffer cell = set.get(i).encode(row, table);
        cells[i] = cell == null ? ofNull : cell;
      }
    }
    RowKey key = new RowKey(keyCells(partition, row, cells), keyCells(clustering, row, cells));
    RowWrite write =
        delete
            ? RowWrite.delete(key, timestamp)
            : RowWrite.upsert(key, Arrays.asList(cells), timestamp, ttl == null ? 0 : ttl.of(row));
    limits.check(write);
    return write;
  }

  /** A key as people write it: {@code k = 'a' AND c = 3}. */
  String text(RowKey key) {
    List<String> texts = new ArrayList<>();
    addTexts(partition, key.partition(), texts);
    addTexts(clustering, key.clustering(), texts);
    return String.join(" AND ", texts);
  }

  private void addTexts(int[] positions, List<ByteBuffer> values, List<String> texts) {
    for (int i = 0; i < positions.length; i++) {
      String name = set.get(positions[i]).name();
      texts.add(name + " = " + KeyText.of(server.types().get(name), values.get(i)));
    }
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
