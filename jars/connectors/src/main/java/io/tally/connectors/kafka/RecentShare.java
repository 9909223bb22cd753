package io.tally.connectors.kafka;

import java.util.BitSet;

/** The share of those that are bad among the last records, or rows, of a task. */
public final class RecentShare {

  /** How many of the last are looked at. */
  public static final int WINDOW = 10_000;

  /** No share is too large before so many have come. */
  public static final int FROM = 1_000;

  private final BitSet bad = new BitSet(WINDOW);
  private int seen;
  private int next;
  private int count;

  /** Counts one. */
  public void add(boolean isBad) {
    if (count > 0 || isBad) {
      mark(isBad);
    }
    next = next + 1 == WINDOW ? 0 : next + 1;
    seen = Math.min(seen + 1, WINDOW);
  }

  private void mark(boolean isBad) {
    // The one that leaves the window.
    if (seen == WINDOW && bad.get(next)) {
      count--;
    }
    bad.set(next, isBad);
    if (isBad) {
      count++;
    }
  }

  /**
   * Tells whether there are too many.
   *
   * @param share from 0 to 1; 1 allows any number
   */
  public boolean exceeds(double share) {
    return seen >= FROM && share < 1 && count > share * seen;
  }

  /** How many of the last ones are bad. */
  public int count() {
    return count;
  }

  /** How many are looked at. */
  public int seen() {
    return seen;
  }
}
