package io.tally.benchmarks;

import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.CqlSession;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.ProtocolVersion;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BatchStatement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BatchType;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.BoundStatement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.cql.Statement;
import io.tally.connectors.shaded.com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The driver alone: asynchronous prepared inserts, so many in flight, as fast as they are answered.
 *
 * <p>No retries, no deletes, no write timestamps, no order of a key's updates, no bound on bytes:
 * the least that a client can do. Its settings of the driver are those of the sink.
 *
 * <pre>{@code DriverInserts HOST PORT KEYSPACE ROWS IN_FLIGHT ROWS_A_PARTITION ROWS_A_BATCH TEXT}</pre>
 */
public final class DriverInserts {

  private static final ProtocolVersion VERSION = ProtocolVersion.V5;

  private final CqlSession session;
  private final PreparedStatement insert;
  private final String text;
  private final int inFlight;
  private final Semaphore free;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  private DriverInserts(CqlSession session, int inFlight, String text) {
    this.session = session;
    this.insert = session.prepare("INSERT INTO rows (p, c, v, t) VALUES (?, ?, ?, ?)");
    this.text = text;
    this.inFlight = inFlight;
    this.free = new Semaphore(inFlight);
  }

  public static void main(String[] args) throws Exception {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    long rows = Long.parseLong(args[3]);
    int inFlight = Integer.parseInt(args[4]);
    try (CqlSession session = open(server, args[2], inFlight)) {
      new DriverInserts(session, inFlight, args[7])
          .run(rows, Integer.parseInt(args[5]), Integer.parseInt(args[6]));
    }
  }

  private static CqlSession open(InetSocketAddress server, String keyspace, int inFlight) {
    DriverConfigLoader config =
        DriverConfigLoader.programmaticBuilder()
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, Duration.ofSeconds(30))
            .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, Math.max(1_024, 2 * inFlight))
            .withInt(DefaultDriverOption.NETTY_IO_SIZE, 1)
            .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, 1)
            .withInt(DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD, 0)
            .withInt(DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD, 0)
            .withString(DefaultDriverOption.REQUEST_CONSISTENCY, "LOCAL_QUORUM")
            .withString(DefaultDriverOption.PROTOCOL_VERSION, VERSION.name())
            .withString(
                DefaultDriverOption.TIMESTAMP_GENERATOR_CLASS, "ServerSideTimestampGenerator")
            .build();
    return CqlSession.builder()
        .withConfigLoader(config)
        .addContactPoint(server)
        .withLocalDatacenter("datacenter1")
        .withKeyspace(keyspace)
        .build();
  }

  /** Sends row {@code n} of partition {@code n / rowsAPartition}, and waits for all answers. */
  private void run(long rows, int rowsAPartition, int rowsABatch) throws Exception {
    long number = 0;
    while (number < rows) {
      long endOfPartition = (number / rowsAPartition + 1) * rowsAPartition;
      long end = Math.min(rows, Math.min(endOfPartition, number + rowsABatch));
      send(statement(number, end, rowsAPartition));
      number = end;
    }
    free.acquire(inFlight);
    if (failure.get() != null) {
      throw new IllegalStateException(failure.get());
    }
  }

  private void send(Statement<?> statement) throws InterruptedException {
    free.acquire();
    session
        .executeAsync(statement)
        .whenComplete(
            (result, error) -> {
              if (error != null) {
                failure.compareAndSet(null, error);
              }
              free.release();
            });
  }

  private Statement<?> statement(long from, long end, int rowsAPartition) {
    if (end == from + 1) {
      return row(from, rowsAPartition);
    }
    BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED);
    for (long number = from; number < end; number++) {
      batch.addStatement(row(number, rowsAPartition));
    }
    return batch.build();
  }

  private BoundStatement row(long number, int rowsAPartition) {
    long partition = number / rowsAPartition;
    int clustering = (int) (number % rowsAPartition);
    return insert
        .boundStatementBuilder()
        .setBytesUnsafe(0, TypeCodecs.BIGINT.encodePrimitive(partition, VERSION))
        .setBytesUnsafe(1, TypeCodecs.INT.encodePrimitive(clustering, VERSION))
        .setBytesUnsafe(2, TypeCodecs.BIGINT.encodePrimitive(number, VERSION))
        .setBytesUnsafe(3, TypeCodecs.TEXT.encode(text, VERSION))
        .build();
  }
}
