package io.tally.connectors.account;

import java.util.Map;

/** What one task of a meter has counted up to a checkpoint; a POJO, since Flink sends it. */
public final class Reading {

  /** The checkpoint of the last reading of a task that has ended. */
  public static final long END = Long.MAX_VALUE;

  public String meter;
  public int subtask;
  public int subtasks;
  public long checkpoint;
  public Map<String, Long> counts;

  public Reading() {}

  /**
   * Makes one.
   *
   * @param meter its id
   * @param subtask from 0
   * @param subtasks how many the meter has
   * @param checkpoint number of the checkpoint that is about to be taken, or {@link #END}
   * @param counts by name
   */
  public Reading(
      String meter, int subtask, int subtasks, long checkpoint, Map<String, Long> counts) {
    this.meter = meter;
    this.subtask = subtask;
    this.subtasks = subtasks;
    this.checkpoint = checkpoint;
    this.counts = counts;
  }

  boolean isOf(long checkpoint) {
    return this.checkpoint == checkpoint || this.checkpoint == END;
  }
}
