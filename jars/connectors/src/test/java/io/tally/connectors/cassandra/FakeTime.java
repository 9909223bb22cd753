package io.tally.connectors.cassandra;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Time that passes as fast as what is due in it is done. Attempts of a job that follow each other
 * share it, and so does what is still on its way from one of them while the next one runs.
 */
final class FakeTime {

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::id));
  private long now = 1_000_000;
  private long planned;

  /** Milliseconds. */
  long now() {
    return now;
  }

  void at(long time, Action action) {
    events.add(new Event(time, planned++, action));
  }

  /**
   * Goes on to the next event and lets it happen.
   *
   * @return whether there was one by that time
   */
  boolean next(long until) throws Exception {
    Event next = events.peek();
    if (next == null || next.at > until) {
      return false;
    }
    events.remove();
    now = Math.max(now, next.at);
    next.action.run();
    return true;
  }

  void goOnTo(long time) {
    now = Math.max(now, time);
  }

  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private record Event(long at, long id, Action action) {}
}
