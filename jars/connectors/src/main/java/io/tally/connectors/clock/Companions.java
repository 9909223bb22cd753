package io.tally.connectors.clock;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * A source among those whose rows meet its own in a query: where it has never had an event it
 * follows them, as an empty partition follows those of its topic.
 *
 * <p>The coordinators of a job's sources live in one process, the job manager's, and may be called
 * by several threads.
 */
final class Companions implements AutoCloseable {

  private static final Map<String, Set<Companions>> GROUPS = new HashMap<>();

  private final String group;
  private long time = Reached.UNKNOWN;

  /**
   * Takes a source into a group.
   *
   * @param group its name, which tells jobs apart; empty where it follows none
   */
  Companions(String group) {
    this.group = group;
    if (!group.isEmpty()) {
      synchronized (GROUPS) {
        GROUPS.computeIfAbsent(group, name -> new HashSet<>()).add(this);
      }
    }
  }

  /**
   * Takes what the source's own events say: {@link Reached#NONE} if there were none, {@link
   * Reached#UNKNOWN} if it cannot tell.
   */
  void tell(long own) {
    synchronized (GROUPS) {
      time = own;
    }
  }

  /**
   * Returns the least time of the others that have had events; none where there are none, or one of
   * them cannot tell.
   */
  OptionalLong least() {
    synchronized (GROUPS) {
      long least = others().min().orElse(Reached.NONE);
      return least == Reached.UNKNOWN || least == Reached.NONE
          ? OptionalLong.empty()
          : OptionalLong.of(least);
    }
  }

  private LongStream others() {
    return GROUPS.getOrDefault(group, Set.of()).stream()
        .filter(one -> one != this)
        .mapToLong(one -> one.time);
  }

  /** The source leaves its group, which is forgotten with the last one. */
  @Override
  public void close() {
    synchronized (GROUPS) {
      GROUPS.computeIfPresent(
          group, (name, sources) -> sources.remove(this) && sources.isEmpty() ? null : sources);
    }
  }
}
