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
   * <p>The last wait is cut short, so that the last try starts when the time allowed is over.
   *
   * @param tries tries so far, at least 1
   * @param elapsed milliseconds since the first try
   */
  long millisAfter(int tries, long elapsed) {
    long max = retry.maxBackoff().toMillis();
    long initial = retry.initialBackoff().toMillis();
    int doublings = Math.min(tries - 1, Long.numberOfLeadingZeros(initial) - 2);
    long bound = Math.min(max, initial << doublings);
    long wait = Math.round(bound / 2.0 + random.getAsDouble() * bound / 2.0);
    return Math.min(wait, Math.max(0, retry.maxDuration().toMillis() - elapsed));
  }

  /** Whether to give up after so many tries in so many milliseconds. */
  boolean exhaustedBy(int tries, long elapsed) {
    return tries >= retry.maxAttempts() || elapsed >= retry.maxDuration().toMillis();
  }
}
