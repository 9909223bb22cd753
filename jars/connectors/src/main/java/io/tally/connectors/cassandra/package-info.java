/**
 * The table connector {@code 'connector' = 'cassandra'}: an upsert sink over Cassandra, a lookup
 * source and a bounded scan.
 *
 * <p>Into the sink comes a changelog of rows with a primary key; out go {@code INSERT} and {@code
 * DELETE} statements, each with its own write timestamp. {@link
 * io.tally.connectors.cassandra.CassandraTableFactory} reads the options, {@link
 * io.tally.connectors.cassandra.CassandraTableSink} plans, {@link
 * io.tally.connectors.cassandra.CassandraSinkWriter} writes.
 *
 * <p>On the way back {@link io.tally.connectors.cassandra.CassandraTableSource} plans, {@link
 * io.tally.connectors.cassandra.RowLookup} reads the rows of one key, and {@link
 * io.tally.connectors.cassandra.CassandraSource} all rows, cut by token.
 */
package io.tally.connectors.cassandra;
