package io.tally.connectors.clock;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The time of a source, from what its readers have reached.
 *
 * <p>It is the least of theirs, and what goes beyond the pace of the clock is believed only after
 * the delay: when a topic fills with events of years ago, a thousand of their hours pass in one of
 * ours, and the first event of a partition that was empty may come a moment after others.
 *
 * <p>A reader that is held up may take longer than a round to say how far it is. Until then what it
 * said last holds: it has put out that time, so whoever follows takes none further than it did.
 *
 * <p>A source that has never had an event has the time of its {@link Companions}.
 */
final class SourceTimes {

  private final long delay;
  private final Companions companions;
  private final Map<Integer, Reached> reached = new HashMap<>();
  private final Set<Integer> answered = new HashSet<>();
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

  /**
   * Begins a round, in which each reader is to say how far it is. Returns the time that the one
   * before came to, if that is not told yet because some have said nothing in it.
   *
   * @param readers how many there are to be
   * @param now epoch milliseconds
   */
  OptionalLong begin(int readers, long now) {
    boolean isOpen = !answered.isEmpty() && answered.size() < readers;
    answered.clear();
    return isOpen && reached.size() == readers ? time(now) : OptionalLong.empty();
  }

  /** Forgets all: readers have gone, or have other partitions, and what they say begins anew. */
  void forget() {
    reached.clear();
    answered.clear();
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
    reached.put(reader, far);
    boolean isLast = answered.add(reader) && answered.size() == readers;
    return isLast ? time(now) : OptionalLong.empty();
  }

  private OptionalLong time(long now) {
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
