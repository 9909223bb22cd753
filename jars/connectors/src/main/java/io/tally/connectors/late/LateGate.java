package io.tally.connectors.late;

import io.tally.connectors.account.Count;
import io.tally.connectors.account.TimedMeter;
import io.tally.connectors.late.Closing.Window;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;

/**
 * Lets a row on while any of its windows is open, and puts out each window of it that has closed.
 *
 * <p>Both are told by one watermark, the gate's. The operator behind it has the same one, or an
 * earlier one if its input comes from several tasks: so it never drops what the gate lets on.
 */
public final class LateGate extends TimedMeter {

  /** Side output of the rows that it refuses. */
  public static final OutputTag<RowData> LATE = new OutputTag<>("late", LateRows.TYPE);

  private static final long serialVersionUID = 1L;

  private final GateSpec spec;
  private final Closing closing;
  private final SerializationSchema<RowData> json;

  private transient Counter lateRows;
  private transient Count rows;
  private transient Count pairs;
  private transient Count late;

  /**
   * @param json of the query's columns of the rows
   */
  LateGate(GateSpec spec, SerializationSchema<RowData> json) {
    super(spec.meter());
    this.spec = spec;
    this.closing = spec.windows().closing();
    this.json = json;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    rows = count("rows");
    pairs = count("pairs");
    late = count("late");
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
    rows.add(1);
    long first = closing.first(row);
    pairs.add(first == Closing.NEVER ? 1 : closing.count(row));
    if (first > watermark() || first == Closing.NEVER || refuseClosed(row)) {
      output.collect(element);
    }
  }

  /** Puts out the closed windows of a row, and tells whether any is open. */
  private boolean refuseClosed(RowData row) {
    boolean open = false;
    for (Window window : closing.windows(row)) {
      if (window.last() > watermark()) {
        open = true;
      } else {
        refuse(row, window);
      }
    }
    return open;
  }

  private void refuse(RowData row, Window window) {
    lateRows.inc();
    late.add(1);
    RowData refused = LateRows.of(row, json.serialize(row), spec, window, watermark());
    output.collect(LATE, new StreamRecord<>(refused));
  }
}
