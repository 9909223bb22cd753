package io.tally.connectors.cassandra;

import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

/** Issues write timestamps to a writer and renews their reservation ahead of need. */
final class TimestampSource {

  private final String what;
  private final WriteTimestamps timestamps;
  private final WriteCeiling ceiling;
  private final Requests requests;
  private boolean renewing;

  private TimestampSource(
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
  static TimestampSource open(
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
    return new TimestampSource(table, timestamps, ceiling, requests);
  }

  /** Whether a timestamp can be had now. */
  boolean available() {
    return timestamps.available();
  }

  /** Issues a timestamp; ask {@link #available} first. */
  long next() {
    return timestamps.next();
  }

  /** Asks for a higher ceiling if the reservation runs low and no such request is under way. */
  void renew() {
    if (!renewing) {
      timestamps.wanted().ifPresent(this::raise);
    }
  }

  private void raise(long wanted) {
    renewing = true;
    requests.send(
        what,
        () -> ceiling.raise(wanted),
        () -> {
          renewing = false;
          timestamps.reserved(wanted);
        });
  }
}
