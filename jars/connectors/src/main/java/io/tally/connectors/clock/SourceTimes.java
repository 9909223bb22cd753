package io.tally.connectors.clock;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The time of a source, from what its readers have reached.
 *
 * <p>It is the least of theirs, and what goes beyond the pace of the clock is believed only after
 * the delay: when a topic fills with events of years ago, a thousand of their hours pass in one of
 * ours, and the first event of a partition that was empty may come a moment after others.
 *
 * <p>A source that has never had an event has the time of its {@link Companions}.
 */
final class SourceTimes {

  private final long delay;
  private final Companions companions;
  private final Map<Integer, Reached> reached = new HashMap<>();
  private final Deque<Moment> past = new ArrayDeque<>();

  /** What the least was at a time by the clock. */
  private record Moment(long at, long least) {}

  /**
   * @param delay of time by the clock behind the present, in milliseconds
   * @param companions what a source that has never had an event follows
   */
  SourceTimes(long delay, Companions companions) {
    this.delay = delay;
    this.companions = companions;
  }

  /** Begins a round, in which each reader is to say how far it is. */
  void begin() {
    reached.clear();
  }

  /** Forgets all: readers have gone, and who comes begins anew. */
  void forget() {
    reached.clear();
    past.clear();
    companions.tell(Reached.UNKNOWN);
  }

  /**
   * Takes what a reader says, and returns the time once all have in this round; none while it is
   * not known.
   *
   * @param readers how many there are to be
   * @param now epoch milliseconds
   */
  OptionalLong take(int reader, Reached far, int readers, long now) {
    boolean isLast = reached.put(reader, far) == null && reached.size() == readers;
    if (!isLast) {
      return OptionalLong.empty();
    }
    long own = reached.values().stream().mapToLong(Reached::time).min().orElse(Reached.NONE);
    companions.tell(own);
    if (own == Reached.UNKNOWN) {
      return OptionalLong.empty();
    }
    OptionalLong least = own == Reached.NONE ? companions.least() : OptionalLong.of(own);
    return least.isEmpty() ? least : believed(least.getAsLong(), now);
  }

  private OptionalLong believed(long least, long now) {
    past.add(new Moment(now, least));
    OptionalLong allowed = allowed(now);
    if (reached.values().stream().noneMatch(Reached::hasEmpty)) {
      return OptionalLong.of(least);
    }
    return allowed.isEmpty() ? allowed : OptionalLong.of(Math.min(least, allowed.getAsLong()));
  }

  /** How far it may be: where it was, and the clock's way since. */
  private OptionalLong allowed(long now) {
    Moment last = null;
    while (!past.isEmpty() && past.peek().at() <= now - delay) {
      last = past.poll();
    }
    if (last == null) {
      return OptionalLong.empty();
    }
    past.push(last);
    return OptionalLong.of(last.least() + now - last.at());
  }

  /** How many moments are kept. */
  int kept() {
    return past.size();
  }
}
