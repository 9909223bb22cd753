package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.Metadata;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.clock.SystemClock;

/**
 * Writes rows into a Cassandra table.
 *
 * @param columns the columns that an insert sets; a delete removes the whole row
 */
record CassandraSink(
    TargetTable table, List<Column> columns, SteeringColumns steering, SinkSettings settings)
    implements Sink<RowData> {

  @Override
  public CassandraSinkWriter createWriter(WriterInitContext context) throws IOException {
    return createWriter(context, CassandraSink::microsNow);
  }

  /**
   * Connects, checks the table and, unless a column has them, reserves write timestamps.
   *
   * @param clock microseconds since the epoch
   * @throws CassandraSinkException if Cassandra does not answer
   * @throws CassandraRefusedException if the table does not fit
   */
  CassandraSinkWriter createWriter(WriterInitContext context, LongSupplier clock)
      throws IOException {
    return Opening.with(
        table,
        () -> Sessions.open(settings, table.keyspace()),
        session -> createWriter(context, clock, session));
  }

  private CassandraSinkWriter createWriter(
      WriterInitContext context, LongSupplier clock, CqlSession session) {
    Metadata metadata = session.getMetadata();
    TargetTable stored = TableCheck.withoutUnstored(table, steering.timestamp(), metadata);
    ServerTable server = TableCheck.check(stored, metadata);
    RowEncoder encoder = encoder(stored, server);
    Requests requests =
        new Requests(
            context.getMailboxExecutor(),
            context.getProcessingTimeService(),
            SystemClock.getInstance(),
            new Backoff(settings.retry(), () -> ThreadLocalRandom.current().nextDouble()));
    return new CassandraSinkWriter(
        table,
        settings.buffer(),
        encoder,
        steering.timestamps(table).orElseGet(() -> reserved(clock, session, requests)),
        rows(session, encoder, server.key()),
        requests,
        context,
        () -> Sessions.close(session));
  }

  RowEncoder encoder(TargetTable stored, ServerTable server) {
    List<Column> set = columns.stream().filter(stored.columns()::contains).toList();
    return new RowEncoder(
        stored,
        set,
        server,
        settings.nulls(),
        steering.rowTtl(table).orElse(null),
        new RowLimits(table, server.key(), settings.maxRowBytes()));
  }

  private RowStore rows(CqlSession session, RowEncoder encoder, KeyColumns key) {
    boolean ttlPerRow = steering.ttl() != null;
    List<String> set = encoder.columnsSet();
    String insert =
        ttlPerRow
            ? Statements.insertWithTtl(table, set)
            : Statements.insert(table, set, settings.ttlSeconds());
    return new DriverRowStore(session, insert, Statements.delete(table, key), ttlPerRow);
  }

  private TimestampSource reserved(LongSupplier clock, CqlSession session, Requests requests) {
    WriteCeiling ceiling = new CeilingTable(session, table, settings.connection().consistency());
    return ReservedTimestamps.open(table, clock, settings.timestampReserve(), ceiling, requests);
  }

  private static long microsNow() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
