package io.tally.connectors.account;

import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/** A meter that keeps its watermark. */
public abstract class TimedMeter extends Meter {

  private static final long serialVersionUID = 1L;

  private transient KeptWatermark watermark;

  protected TimedMeter(String meter) {
    super(meter);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermark = KeptWatermark.restored(context);
  }

  /** Returns the watermark, in epoch milliseconds. */
  protected final long watermark() {
    return watermark.value();
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark.advance(mark.getTimestamp());
    super.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    watermark.idle(status.isIdle());
    super.processWatermarkStatus(status);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    watermark.snapshot();
  }
}
