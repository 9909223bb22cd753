package io.tally.connectors.cassandra;

import java.util.function.DoubleSupplier;

/**
 * Waits between tries: doubling, bounded, with equal jitter (half fixed, half random), so that the
 * requests that failed together do not come back together.
 *
 * @param random draws from 0 to 1
 */
record Backoff(SinkSettings.Retry retry, DoubleSupplier random) {

  /**
   * Milliseconds to wait after a failed try.
   *
   * @param tries tries so far, at least 1
   */
  long millisAfter(int tries) {
    long max = retry.maxBackoff().toMillis();
    long initial = retry.initialBackoff().toMillis();
    int doublings = Math.min(tries - 1, Long.numberOfLeadingZeros(initial) - 2);
    long bound = Math.min(max, initial << doublings);
    return Math.round(bound / 2.0 + random.getAsDouble() * bound / 2.0);
  }

  boolean exhaustedBy(int tries) {
    return tries >= retry.maxAttempts();
  }
}
