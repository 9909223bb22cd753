package io.tally.connectors.late;

import java.util.List;
import java.util.Map;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions.MapNullKeyMode;
import org.apache.flink.formats.json.JsonRowDataSerializationSchema;
import org.apache.flink.metrics.Counter;
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
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.RowType;

/** One task's gate, open, for rows of an id and an event time. */
final class GateHarness implements AutoCloseable {

  private static final int MAX_PARALLELISM = 128;

  private static final RowType ROWS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("id", DataTypes.INT()),
                  DataTypes.FIELD("at", DataTypes.TIMESTAMP(3)))
              .getLogicalType();

  private final InterceptingOperatorMetricGroup metrics = new InterceptingOperatorMetricGroup();
  private final OneInputStreamOperatorTestHarness<RowData, RowData> harness;

  private GateHarness(GateSpec spec, int parallelism, int subtask) throws Exception {
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new LateGate(spec, json()), environment(parallelism, subtask));
    harness.setup(InternalTypeInfo.of(ROWS).toRowSerializer());
  }

  /** Opens a gate that has no state. */
  static GateHarness open(GateSpec spec) throws Exception {
    GateHarness opened = new GateHarness(spec, 1, 0);
    opened.harness.open();
    return opened;
  }

  /** Opens the gate of one of several tasks, from the state of some number of them. */
  static GateHarness restore(
      GateSpec spec, int parallelism, int subtask, OperatorSubtaskState... states)
      throws Exception {
    GateHarness restored = new GateHarness(spec, parallelism, subtask);
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

  private MockEnvironment environment(int parallelism, int subtask) {
    return new MockEnvironmentBuilder()
        .setMaxParallelism(MAX_PARALLELISM)
        .setParallelism(parallelism)
        .setSubtaskIndex(subtask)
        .setMetricGroup(new TaskMetrics())
        .build();
  }

  private static JsonRowDataSerializationSchema json() {
    return new JsonRowDataSerializationSchema(
        ROWS, TimestampFormat.ISO_8601, MapNullKeyMode.LITERAL, "null", true, false);
  }

  /** Takes in a row. */
  GateHarness row(int id, Long at) throws Exception {
    harness.processElement(new StreamRecord<>(TestRows.row(id, at)));
    return this;
  }

  GateHarness watermark(long time) throws Exception {
    harness.processWatermark(time);
    return this;
  }

  GateHarness status(WatermarkStatus status) throws Exception {
    harness.processWatermarkStatus(status);
    return this;
  }

  OperatorSubtaskState snapshot() throws Exception {
    return harness.snapshot(1, 1);
  }

  /** Returns the ids of the rows that it let on. */
  List<Integer> passed() {
    return harness.extractOutputValues().stream().map(row -> row.getInt(0)).toList();
  }

  /** Returns the watermarks that it handed on. */
  List<Long> watermarks() {
    return harness.getOutput().stream()
        .filter(Watermark.class::isInstance)
        .map(mark -> ((Watermark) mark).getTimestamp())
        .toList();
  }

  /** Returns the late rows that it put out. */
  List<RowData> late() {
    var late = harness.getSideOutput(LateGate.LATE);
    return late == null ? List.of() : late.stream().map(StreamRecord::getValue).toList();
  }

  long counted() {
    return ((Counter) metrics.get("numLateRows")).getCount();
  }

  @Override
  public void close() {
    try {
      harness.close();
    } catch (Exception e) {
      throw new IllegalStateException("the gate does not close", e);
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
}
