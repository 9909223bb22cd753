package io.tally.benchmarks;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** Durations, counted in steps of 50 microseconds up to two minutes; longer ones count as that. */
final class Histogram {

  private static final int STEP_MICROS = 50;
  private static final int STEPS = 120_000_000 / STEP_MICROS;

  private final AtomicLongArray counts = new AtomicLongArray(STEPS + 1);

  void add(long micros) {
    counts.incrementAndGet((int) Math.max(0, Math.min(STEPS, micros / STEP_MICROS)));
  }

  String json() {
    return String.format(
        Locale.ROOT,
        "{\"count\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f, \"max_ms\": %.2f}",
        count(),
        millis(0.5),
        millis(0.99),
        millis(1));
  }

  private long count() {
    long count = 0;
    for (int step = 0; step <= STEPS; step++) {
      count += counts.get(step);
    }
    return count;
  }

  /** The upper edge of the step that the share of all durations ends in. */
  private double millis(double share) {
    long wanted = (long) Math.ceil(share * count());
    long seen = 0;
    int step = 0;
    while (step < STEPS && seen + counts.get(step) < wanted) {
      seen += counts.get(step++);
    }
    return (step + 1) * STEP_MICROS / 1_000.0;
  }
}
