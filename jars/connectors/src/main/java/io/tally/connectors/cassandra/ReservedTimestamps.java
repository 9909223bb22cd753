package io.tally.connectors.cassandra;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.flink.table.data.RowData;

/** Issues write timestamps to a writer and renews their reservation ahead of need. */
final class ReservedTimestamps implements TimestampSource {

  private final String what;
  private final WriteTimestamps timestamps;
  private final WriteCeiling ceiling;
  private final Requests requests;
  private boolean renewing;

  private ReservedTimestamps(
      TargetTable table, WriteTimestamps timestamps, WriteCeiling ceiling, Requests requests) {
    this.what = "raising the write ceiling of " + table;
    this.timestamps = timestamps;
    this.ceiling = ceiling;
    this.requests = requests;
  }

  /**
   * Reads the ceiling and makes the first reservation above it, waiting for both.
   *
   * @param clock microseconds since the epoch
   * @throws com.datastax.oss.driver.api.core.DriverException if Cassandra fails to answer
   */
  static ReservedTimestamps open(
      TargetTable table,
      LongSupplier clock,
      Duration reserve,
      WriteCeiling ceiling,
      Requests requests) {
    long reserveMicros = reserve.toNanos() / 1_000;
    WriteTimestamps timestamps = new WriteTimestamps(clock, reserveMicros, ceiling.read());
    long first = timestamps.wanted().orElseThrow();
    try {
      ceiling.raise(first).toCompletableFuture().join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    timestamps.reserved(first);
    return new ReservedTimestamps(table, timestamps, ceiling, requests);
  }

  /** Asks for a higher ceiling if the reservation runs low and no such request is under way. */
  @Override
  public boolean ready() {
    if (!renewing) {
      timestamps.wanted().ifPresent(this::raise);
    }
    return timestamps.available();
  }

  @Override
  public boolean rise() {
    return true;
  }

  /** The same for every row: the next. */
  @Override
  public long next(RowData row) {
    return timestamps.next();
  }

  private void raise(long wanted) {
    renewing = true;
    requests.send(
        new Requests.Request(what) {
          @Override
          CompletionStage<Void> send() {
            return ceiling.raise(wanted);
          }

          @Override
          void acknowledged(long nanos) {
            renewing = false;
            timestamps.reserved(wanted);
          }
        });
  }
}
