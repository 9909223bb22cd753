package io.tally.connectors.clock;

/**
 * Which of the broker's answers are believed: none for a while after it was away.
 *
 * <p>Meanwhile producers keep what happens, and once it is back it answers before all of them have
 * found it again. So where partitions end then says nothing of what was recorded before.
 */
final class Answers {

  /**
   * A producer tries to reach a broker that was away at longer and longer intervals, of up to 10 s
   * in librdkafka and 1 s in Java, and has to send what it kept then.
   */
  private static final long LEAST_GRACE = 15_000;

  /** The broker is asked once a second: less than that would be a busy machine. */
  private static final long LEAST_GAP = 2_000;

  private final long gap;
  private final long grace;
  private long last = Long.MAX_VALUE;
  private long believedFrom = Long.MIN_VALUE;
  private boolean isBroken;

  /**
   * The intervals of producers double: what they kept while the broker was away is at most about
   * twice as old as that took, so an absence of half the delay does no harm.
   *
   * @param delay of time by the clock behind the present, in milliseconds
   * @param isRestored whether the job was restored, so that the broker may have been away just now
   */
  Answers(long delay, boolean isRestored) {
    this.gap = Math.max(delay / 2, LEAST_GAP);
    this.grace = Math.max(delay, LEAST_GRACE);
    this.isBroken = isRestored;
  }

  /** The broker did not answer. */
  void missed() {
    isBroken = true;
  }

  /**
   * Takes an answer, and tells whether it is believed.
   *
   * @param at when it was asked for, in epoch milliseconds
   */
  boolean take(long at) {
    if (isBroken || at - gap > last) {
      believedFrom = at + grace;
    }
    isBroken = false;
    last = at;
    return at >= believedFrom;
  }
}
