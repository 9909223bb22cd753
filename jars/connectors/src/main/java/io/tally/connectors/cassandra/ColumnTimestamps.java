package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/**
 * Write timestamps that a column of each row brings along, so that of two versions of a row the one
 * of the later event stays, whenever and however often either is written.
 *
 * @param column BIGINT of microseconds, or a timestamp of milliseconds
 */
record ColumnTimestamps(TargetTable table, Column column) implements TimestampSource {

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public boolean rise() {
    return false;
  }

  /**
   * {@inheritDoc}
   *
   * @throws CassandraRefusedException if the column is null
   */
  @Override
  public long next(RowData row) {
    int position = column.position();
    if (row.isNullAt(position)) {
      throw new CassandraRefusedException(
          "column '%s' (option 'sink.timestamp.column') is null in a row for %s; each row needs its write timestamp"
              .formatted(column.name(), table));
    }
    return column.type().is(LogicalTypeRoot.BIGINT)
        ? row.getLong(position)
        : 1_000 * row.getTimestamp(position, CqlTypes.TIMESTAMP_PRECISION).getMillisecond();
  }
}
