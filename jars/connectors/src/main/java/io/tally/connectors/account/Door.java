package io.tally.connectors.account;

import java.util.Map;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Counts the rows that go into the operator behind it, and those of windows that are open. A row of
 * several windows counts once for each.
 *
 * <p>A window aggregation puts out each window as it closes, and what it holds of open ones cannot
 * be seen from outside. So what went in stands for it until then.
 */
public abstract class Door extends TimedMeter {

  private static final long serialVersionUID = 1L;

  private final long step;
  private transient Count rows;
  private transient OpenWindows windows;

  /**
   * @param step from the end of a row's window to that of its next, in milliseconds
   */
  protected Door(String meter, long step) {
    super(meter);
    this.step = step;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    rows = count("rows");
    windows = new OpenWindows(counts(), step);
  }

  /**
   * Counts a row in those of its windows that are open.
   *
   * @param first last millisecond of the window that closes first
   * @param number of its windows
   */
  protected final void countInOpen(long first, long number) {
    long open = windows.open(first, number, watermark());
    rows.add(open);
    if (open > 0) {
      windows.add(first, number, 1);
    }
  }

  /**
   * Counts rows of a window, whether that is open or not.
   *
   * @param last millisecond of the window
   */
  protected final void countIn(long last, long more) {
    rows.add(more);
    if (last > watermark()) {
      windows.add(last, 1, more);
    }
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    super.processWatermark(mark);
    windows.close(watermark());
  }

  /** One figure for all open windows. */
  @Override
  final Map<String, Long> read(Map<String, Long> values) {
    values.keySet().removeIf(name -> name.startsWith(OpenWindows.PREFIX));
    values.put("open", windows.open(watermark()));
    return values;
  }
}
