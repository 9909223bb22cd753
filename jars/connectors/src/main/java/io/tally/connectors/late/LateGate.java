package io.tally.connectors.late;

import io.tally.connectors.late.Closing.Window;
import java.util.List;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;

/**
 * Lets a row on while any of its windows is open, and puts out each window of it that has closed.
 *
 * <p>Both are told by one watermark, the gate's. The operator behind it has the same one, or an
 * earlier one if its input comes from several tasks: so it never drops what the gate lets on. As
 * window operators do, the gate goes on from its earlier watermark after a restore; sources begin
 * without one.
 */
final class LateGate extends AbstractStreamOperator<RowData>
    implements OneInputStreamOperator<RowData, RowData> {

  static final OutputTag<RowData> LATE = new OutputTag<>("late", LateRows.TYPE);

  private static final long serialVersionUID = 1L;

  private final GateSpec spec;
  private final Closing closing;
  private final SerializationSchema<RowData> json;

  private transient long watermark;
  private transient boolean idle;
  private transient ListState<Long> watermarks;
  private transient ListState<Long> idleWatermarks;
  private transient Counter lateRows;

  /**
   * @param json of the query's columns of the rows
   */
  LateGate(GateSpec spec, SerializationSchema<RowData> json) {
    this.spec = spec;
    this.closing = spec.windows().closing();
    this.json = json;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermarks = context.getOperatorStateStore().getUnionListState(longs("watermark"));
    idleWatermarks = context.getOperatorStateStore().getUnionListState(longs("idle-watermark"));
    watermark = restored(watermarks.get(), idleWatermarks.get());
  }

  private static ListStateDescriptor<Long> longs(String name) {
    return new ListStateDescriptor<>(name, LongSerializer.INSTANCE);
  }

  /**
   * The watermark of what came behind all gates: the least of those that were not idle, or where
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

  @Override
  public void open() throws Exception {
    super.open();
    json.open(new SerializerOpening(getMetricGroup(), getUserCodeClassloader()));
    lateRows = getMetricGroup().counter("numLateRows");
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    long first = closing.first(row);
    if (first > watermark || first == Closing.NEVER || refuseClosed(row)) {
      output.collect(element);
    }
  }

  /** Puts out the closed windows of a row, and tells whether any is open. */
  private boolean refuseClosed(RowData row) {
    boolean open = false;
    for (Window window : closing.windows(row)) {
      if (window.last() > watermark) {
        open = true;
      } else {
        refuse(row, window);
      }
    }
    return open;
  }

  private void refuse(RowData row, Window window) {
    lateRows.inc();
    RowData late = LateRows.of(row, json.serialize(row), spec, window, watermark);
    output.collect(LATE, new StreamRecord<>(late));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark = Math.max(watermark, mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    idle = status.isIdle();
    super.processWatermarkStatus(status);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    watermarks.update(idle ? List.of() : List.of(watermark));
    idleWatermarks.update(idle ? List.of(watermark) : List.of());
  }
}
