/**
 * The table connector {@code 'connector' = 'cassandra'}: an upsert sink over Cassandra.
 *
 * <p>In comes a changelog of rows with a primary key; out go {@code INSERT} and {@code DELETE}
 * statements, each with its own write timestamp. {@link
 * io.tally.connectors.cassandra.CassandraTableSinkFactory} reads the options, {@link
 * io.tally.connectors.cassandra.CassandraTableSink} plans, {@link
 * io.tally.connectors.cassandra.CassandraSinkWriter} writes.
 */
package io.tally.connectors.cassandra;
