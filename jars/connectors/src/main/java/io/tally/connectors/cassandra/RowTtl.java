package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/**
 * The time to live of each row, taken from a column of it.
 *
 * @param column INT or BIGINT, of seconds
 */
record RowTtl(TargetTable table, Column column) {

  private static final long MAX_SECONDS = SettingsReader.MAX_TTL.toSeconds();

  /**
   * Seconds that the row lives, 0 for ever.
   *
   * @throws CassandraRefusedException if Cassandra could not keep such a time to live
   */
  int of(RowData row) {
    if (row.isNullAt(column.position())) {
      return 0;
    }
    long seconds =
        column.type().is(LogicalTypeRoot.INTEGER)
            ? row.getInt(column.position())
            : row.getLong(column.position());
    if (seconds < 0 || seconds > MAX_SECONDS) {
      throw new CassandraRefusedException(
          "column '%s' (option 'sink.ttl.column') holds %d in a row for %s; a time to live is from 0 (none) to %d seconds"
              .formatted(column.name(), seconds, table, MAX_SECONDS));
    }
    return (int) seconds;
  }
}
