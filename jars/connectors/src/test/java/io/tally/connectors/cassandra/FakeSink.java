package io.tally.connectors.cassandra;

import java.util.List;
import java.util.function.LongSupplier;

/** A sink whose writers are the real ones, but for the session with Cassandra. */
record FakeSink(
    TargetTable table,
    List<TargetTable.Column> columns,
    ServerTable server,
    SteeringColumns steering,
    SinkSettings settings) {

  /**
   * @param columns the columns that an insert sets
   */
  static FakeSink of(Tables table, List<TargetTable.Column> columns, ServerTable server) {
    return new FakeSink(table.target(), columns, server, table.steering(), table.settings());
  }

  /**
   * @param micros the clock of the writer's machine
   */
  CassandraSinkWriter writer(
      FakeTask task, RowStore rows, WriteCeiling ceiling, LongSupplier micros) {
    Requests requests = new Requests(task, task, task, new Backoff(settings.retry(), () -> 0.5));
    TimestampSource timestamps =
        steering
            .timestamps(table)
            .orElseGet(
                () ->
                    ReservedTimestamps.open(
                        table, micros, settings.timestampReserve(), ceiling, requests));
    return new CassandraSinkWriter(
        table, settings.buffer(), encoder(), timestamps, rows, requests, task, () -> {});
  }

  RowEncoder encoder() {
    return new RowEncoder(
        table,
        columns,
        server,
        settings.nulls(),
        steering.rowTtl(table).orElse(null),
        new RowLimits(table, server.key(), settings.maxRowBytes()));
  }
}
