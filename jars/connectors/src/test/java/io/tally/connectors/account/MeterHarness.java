package io.tally.connectors.account;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.metrics.groups.InternalOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingOperatorMetricGroup;
import org.apache.flink.runtime.metrics.util.InterceptingTaskMetricGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.OutputTag;

/** One task's meter, open. What it puts out is copied as it leaves, as it is between tasks. */
public final class MeterHarness implements AutoCloseable {

  private static final int MAX_PARALLELISM = 128;

  private final OperatorMetrics metrics = new OperatorMetrics();
  private final OneInputStreamOperatorTestHarness<RowData, RowData> harness;

  private MeterHarness(Meter meter, RowType rows, int parallelism, int subtask) throws Exception {
    harness = new OneInputStreamOperatorTestHarness<>(meter, environment(parallelism, subtask));
    harness.setup(InternalTypeInfo.of(rows).toRowSerializer());
  }

  /** Opens a meter that has no state. */
  public static MeterHarness open(Meter meter, RowType rows) throws Exception {
    MeterHarness opened = new MeterHarness(meter, rows, 1, 0);
    opened.harness.open();
    return opened;
  }

  /** Opens the meter of one of several tasks, from the state of some number of them. */
  public static MeterHarness restore(
      Meter meter, RowType rows, int parallelism, int subtask, OperatorSubtaskState... states)
      throws Exception {
    MeterHarness restored = new MeterHarness(meter, rows, parallelism, subtask);
    restored.harness.initializeState(
        AbstractStreamOperatorTestHarness.repartitionOperatorState(
            AbstractStreamOperatorTestHarness.repackageState(states),
            MAX_PARALLELISM,
            states.length,
            parallelism,
            subtask));
    restored.harness.open();
    return restored;
  }

  /** Returns the figures of all tasks together, right after such a restore. */
  public static Map<String, Long> restoredSum(
      Supplier<Meter> meter, RowType rows, int parallelism, OperatorSubtaskState... states)
      throws Exception {
    Map<String, Long> sum = new TreeMap<>();
    for (int subtask = 0; subtask < parallelism; subtask++) {
      try (MeterHarness task = restore(meter.get(), rows, parallelism, subtask, states)) {
        task.counts().forEach((name, value) -> sum.merge(name, value, Long::sum));
      }
    }
    return sum;
  }

  private MockEnvironment environment(int parallelism, int subtask) {
    return new MockEnvironmentBuilder()
        .setMaxParallelism(MAX_PARALLELISM)
        .setParallelism(parallelism)
        .setSubtaskIndex(subtask)
        .setMetricGroup(new TaskMetrics())
        .build();
  }

  /** Takes in a row. */
  public MeterHarness row(RowData row) throws Exception {
    return element(new StreamRecord<>(row));
  }

  MeterHarness element(StreamRecord<RowData> element) throws Exception {
    harness.processElement(element);
    return this;
  }

  public MeterHarness watermark(long time) throws Exception {
    harness.processWatermark(time);
    return this;
  }

  public MeterHarness status(WatermarkStatus status) throws Exception {
    harness.processWatermarkStatus(status);
    return this;
  }

  /** Comes to the end of its input. */
  MeterHarness finish() throws Exception {
    harness.getOperator().finish();
    return this;
  }

  /** Takes a checkpoint. */
  public OperatorSubtaskState checkpoint(long checkpoint) throws Exception {
    harness.prepareSnapshotPreBarrier(checkpoint);
    return harness.snapshot(checkpoint, checkpoint);
  }

  /** Returns the rows that it handed on. */
  public List<RowData> rows() {
    return harness.extractOutputValues();
  }

  List<Object> output() {
    return new ArrayList<>(harness.getOutput());
  }

  /** Returns the watermarks that it handed on. */
  public List<Long> watermarks() {
    return harness.getOutput().stream()
        .filter(Watermark.class::isInstance)
        .map(mark -> ((Watermark) mark).getTimestamp())
        .toList();
  }

  /** Returns what it put out to the side. */
  public <T> List<T> side(OutputTag<T> tag) {
    var side = harness.getSideOutput(tag);
    return side == null ? List.of() : side.stream().map(StreamRecord::getValue).toList();
  }

  List<Reading> readings() {
    return side(Meter.READINGS);
  }

  /** Returns what it would put out for a checkpoint now. */
  public Map<String, Long> counts() throws Exception {
    harness.prepareSnapshotPreBarrier(1);
    List<Reading> readings = readings();
    return readings.get(readings.size() - 1).counts;
  }

  /** Returns the figures that are its state. */
  Map<String, Long> state() {
    return ((Meter) harness.getOperator()).counts().values();
  }

  public long counter(String name) {
    return ((Counter) metrics.get(name)).getCount();
  }

  /** Returns a live figure of the account; null where there is none. */
  Object live(String name) {
    Gauge<?> gauge = (Gauge<?>) metrics.get("account." + name);
    return gauge == null ? null : gauge.getValue();
  }

  @Override
  public void close() {
    try {
      harness.close();
    } catch (Exception e) {
      throw new IllegalStateException("the meter does not close", e);
    }
  }

  /** Gives the one operator metrics that can be read. */
  private final class TaskMetrics extends InterceptingTaskMetricGroup {

    @Override
    public InternalOperatorMetricGroup getOrAddOperator(
        OperatorID id, String name, Map<String, String> variables) {
      return metrics;
    }
  }

  /** Metrics that can be read, those of a group by its name too. */
  private static final class OperatorMetrics extends InterceptingOperatorMetricGroup {

    @Override
    public MetricGroup addGroup(String group) {
      return new InterceptingOperatorMetricGroup() {
        @Override
        protected void addMetric(String name, Metric metric) {
          OperatorMetrics.this.addMetric(group + "." + name, metric);
        }
      };
    }
  }
}
