package io.tally.connectors.account;

import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.StateInitializationContext;

/**
 * The watermark of an operator, in its state. As window operators do, what tells whether a window
 * has closed goes on from its earlier watermark after a restore; sources begin without one.
 */
public final class KeptWatermark {

  private long value;
  private boolean idle;
  private ListState<Long> active;
  private ListState<Long> passive;

  private KeptWatermark() {}

  /** Goes on from the watermarks of all tasks, those that were idle apart. */
  public static KeptWatermark restored(StateInitializationContext context) throws Exception {
    KeptWatermark watermark = new KeptWatermark();
    watermark.active = context.getOperatorStateStore().getUnionListState(longs("watermark"));
    watermark.passive = context.getOperatorStateStore().getUnionListState(longs("idle-watermark"));
    watermark.value = restored(watermark.active.get(), watermark.passive.get());
    return watermark;
  }

  private static ListStateDescriptor<Long> longs(String name) {
    return new ListStateDescriptor<>(name, LongSerializer.INSTANCE);
  }

  /**
   * The watermark of what came behind all tasks: the least of those that were not idle, or where
   * all were, the greatest.
   */
  static long restored(Iterable<Long> active, Iterable<Long> idle) {
    if (active.iterator().hasNext()) {
      long least = Long.MAX_VALUE;
      for (long one : active) {
        least = Math.min(least, one);
      }
      return least;
    }
    long greatest = Long.MIN_VALUE;
    for (long one : idle) {
      greatest = Math.max(greatest, one);
    }
    return greatest;
  }

  public long value() {
    return value;
  }

  /** Takes a watermark that has come. */
  public void advance(long watermark) {
    value = Math.max(value, watermark);
  }

  /** Takes that the task is idle, or no longer. */
  public void idle(boolean idle) {
    this.idle = idle;
  }

  /** Puts the watermark into state. */
  public void snapshot() throws Exception {
    active.update(idle ? List.of() : List.of(value));
    passive.update(idle ? List.of(value) : List.of());
  }
}
