package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.io.Serializable;
import java.util.List;

/**
 * What a lookup join asks of a table.
 *
 * @param columns the columns to read
 * @param given the columns that the join gives, all of them among {@code columns}, in the order of
 *     the values
 */
record LookupQuery(
    TargetTable table, List<Column> columns, List<Column> given, ReadSettings settings)
    implements Serializable {

  /** Requests that the driver is prepared for; Flink holds back more. */
  private static final int REQUESTS_IN_FLIGHT = 512;

  /**
   * Connects and checks the table.
   *
   * @throws CassandraSinkException if Cassandra does not answer
   * @throws CassandraRefusedException if the table does not fit, or is not found by these keys
   */
  RowLookup open() throws CassandraSinkException {
    return Opening.with(
        table,
        () -> settings.connect(table.keyspace(), REQUESTS_IN_FLIGHT),
        session -> new RowLookup(session, this));
  }
}
