package io.tally.connectors.account;

import java.util.Map;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;

/**
 * Counts the rows that go into the operator behind it, and those of windows that are open. A row of
 * several windows counts once for each.
 *
 * <p>A window aggregation puts out each window as it closes, and what it holds of open ones cannot
 * be seen from outside. So what went in stands for it until then.
 */
public abstract class Door extends Meter {

  private static final long serialVersionUID = 1L;

  private transient Count rows;
  private transient OpenWindows windows;
  private transient KeptWatermark watermark;

  protected Door(String meter) {
    super(meter);
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    watermark = KeptWatermark.restored(context);
    rows = count("rows");
    windows = new OpenWindows(counts());
  }

  /** Tells whether a window has closed, by its last millisecond. */
  protected final boolean isClosed(long last) {
    return last <= watermark.value();
  }

  /**
   * Counts rows of a window.
   *
   * @param last millisecond of the window
   */
  protected final void countIn(long last, long more) {
    rows.add(more);
    if (!isClosed(last)) {
      windows.add(last, more);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    watermark.advance(mark.getTimestamp());
    windows.close(watermark.value());
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

  @Override
  final Map<String, Long> read(Map<String, Long> values) {
    return OpenWindows.summed(values);
  }
}
