package io.tally.connectors.cassandra;

import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Write timestamps in microseconds: the wall clock, but strictly increasing, and never beyond a
 * ceiling that was reserved before.
 *
 * <p>{@code next = max(clock, last + 1)}. A reservation reaches {@code reserve} ahead of the clock
 * and is renewed from half way. Where the clock has run past it, as after an idle minute, the clock
 * counts no further than just below the ceiling, and timestamps go on by one until the renewal is
 * there; at the ceiling none is left.
 *
 * <pre>{@code
 *   first ceiling read    half way: renew      the clock stops counting    ceiling
 * --------|--------------------|-------------------------|---------------------|---> time
 * }</pre>
 *
 * <p>Where earlier attempts ran ahead of this clock (their machine's was ahead, or several subtasks
 * reserve one after the other), timestamps go on from their ceiling by one. A short step is
 * reserved then instead of a whole reserve, so that restarts do not drive the ceiling away from the
 * clock.
 */
final class WriteTimestamps {

  private static final int SHORT_STEPS = 16;

  private final LongSupplier clock;
  private final long reserve;
  private long last;
  private long ceiling;

  /**
   * @param clock microseconds since the epoch
   * @param reserve microseconds reserved ahead of the clock
   * @param earlierCeiling the ceiling that earlier attempts reserved; no timestamp is at or below
   *     it
   */
  WriteTimestamps(LongSupplier clock, long reserve, long earlierCeiling) {
    this.clock = clock;
    this.reserve = reserve;
    this.last = earlierCeiling;
    this.ceiling = earlierCeiling;
  }

  /** Whether a timestamp is left below the ceiling. */
  boolean available() {
    return last < ceiling;
  }

  /**
   * Issues a timestamp.
   *
   * @throws IllegalStateException if none is left
   */
  long next() {
    if (!available()) {
      throw new IllegalStateException("write timestamps are used up to their ceiling " + ceiling);
    }
    long counted = Math.min(clock.getAsLong(), ceiling - shortStep());
    last = Math.max(counted, last + 1);
    return last;
  }

  /** The ceiling to reserve now, if the reservation runs low. */
  OptionalLong wanted() {
    long now = clock.getAsLong();
    boolean low = now > ceiling - reserve / 2 || last > ceiling - shortStep() / 2;
    return low
        ? OptionalLong.of(Math.max(now + reserve, last + shortStep()))
        : OptionalLong.empty();
  }

  /** Allows timestamps up to a ceiling, once it is reserved durably. */
  void reserved(long newCeiling) {
    ceiling = Math.max(ceiling, newCeiling);
  }

  private long shortStep() {
    return reserve / SHORT_STEPS;
  }
}
