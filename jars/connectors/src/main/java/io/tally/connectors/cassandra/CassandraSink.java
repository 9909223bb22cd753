package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
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
record CassandraSink(TargetTable table, List<Column> columns, SinkSettings settings)
    implements Sink<RowData> {

  @Override
  public CassandraSinkWriter createWriter(WriterInitContext context) throws IOException {
    return createWriter(context, CassandraSink::microsNow);
  }

  /**
   * Connects, checks the table and reserves write timestamps.
   *
   * @param clock microseconds since the epoch
   * @throws CassandraSinkException if Cassandra does not answer
   * @throws CassandraRefusedException if the table does not fit
   */
  CassandraSinkWriter createWriter(WriterInitContext context, LongSupplier clock)
      throws IOException {
    CqlSession session = Sessions.open(settings, table.keyspace());
    try {
      return createWriter(context, clock, session);
    } catch (DriverException e) {
      Sessions.close(session);
      throw opening(e);
    } catch (RuntimeException e) {
      Sessions.close(session);
      throw e;
    }
  }

  private CassandraSinkWriter createWriter(
      WriterInitContext context, LongSupplier clock, CqlSession session) {
    KeyColumns key = TableCheck.check(table, session.getMetadata());
    RowEncoder encoder = new RowEncoder(table, columns, key);
    RowStore rows =
        new DriverRowStore(
            session,
            Statements.insert(table, encoder.columnsSet(), settings.ttlSeconds()),
            Statements.delete(table, key));
    WriteCeiling ceiling = new CeilingTable(session, table, settings.connection().consistency());
    Backoff backoff = new Backoff(settings.retry(), () -> ThreadLocalRandom.current().nextDouble());
    Requests requests =
        new Requests(
            context.getMailboxExecutor(),
            context.getProcessingTimeService(),
            SystemClock.getInstance(),
            backoff);
    TimestampSource timestamps =
        TimestampSource.open(table, clock, settings.timestampReserve(), ceiling, requests);
    return new CassandraSinkWriter(
        table,
        settings.buffer(),
        encoder,
        timestamps,
        rows,
        requests,
        context,
        () -> Sessions.close(session));
  }

  private IOException opening(DriverException e) {
    String message = "opening table %s: %s".formatted(table, DriverErrors.oneLine(e));
    if (DriverErrors.isTransient(e)) {
      return new CassandraSinkException(message, e);
    }
    throw new CassandraRefusedException(message, e);
  }

  private static long microsNow() {
    return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
  }
}
