package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.io.Serializable;
import java.util.Optional;

/**
 * Columns of the Flink table that say how a row is written.
 *
 * @param ttl its time to live, or null for none; no column of the Cassandra table
 * @param timestamp its write timestamp, or null for one that the sink issues; a column of the
 *     Cassandra table too if that has one of its name
 */
record SteeringColumns(Column ttl, Column timestamp) implements Serializable {

  static final SteeringColumns NONE = new SteeringColumns(null, null);

  Optional<RowTtl> rowTtl(TargetTable table) {
    return Optional.ofNullable(ttl).map(column -> new RowTtl(table, column));
  }

  Optional<TimestampSource> timestamps(TargetTable table) {
    return Optional.ofNullable(timestamp).map(column -> new ColumnTimestamps(table, column));
  }
}
