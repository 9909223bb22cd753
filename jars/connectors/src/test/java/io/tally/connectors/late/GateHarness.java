package io.tally.connectors.late;

import io.tally.connectors.account.MeterHarness;
import java.util.List;
import java.util.Map;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions.MapNullKeyMode;
import org.apache.flink.formats.json.JsonRowDataSerializationSchema;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.RowData;

/** One task's gate, open, for rows of an id and an event time. */
final class GateHarness implements AutoCloseable {

  private final MeterHarness harness;

  private GateHarness(MeterHarness harness) {
    this.harness = harness;
  }

  /** Opens a gate that has no state. */
  static GateHarness open(GateSpec spec) throws Exception {
    return new GateHarness(MeterHarness.open(gate(spec), TestRows.TYPE));
  }

  /** Opens the gate of one of several tasks, from the state of some number of them. */
  static GateHarness restore(
      GateSpec spec, int parallelism, int subtask, OperatorSubtaskState... states)
      throws Exception {
    return new GateHarness(
        MeterHarness.restore(gate(spec), TestRows.TYPE, parallelism, subtask, states));
  }

  static LateGate gate(GateSpec spec) {
    return new LateGate(
        spec,
        new JsonRowDataSerializationSchema(
            TestRows.TYPE, TimestampFormat.ISO_8601, MapNullKeyMode.LITERAL, "null", true, false));
  }

  /** Takes in a row. */
  GateHarness row(int id, Long at) throws Exception {
    harness.row(TestRows.row(id, at));
    return this;
  }

  GateHarness watermark(long time) throws Exception {
    harness.watermark(time);
    return this;
  }

  GateHarness status(WatermarkStatus status) throws Exception {
    harness.status(status);
    return this;
  }

  OperatorSubtaskState snapshot() throws Exception {
    return harness.checkpoint(1);
  }

  /** Returns the ids of the rows that it let on. */
  List<Integer> passed() {
    return harness.rows().stream().map(row -> row.getInt(0)).toList();
  }

  /** Returns the rows that it let on, without the first ones. */
  List<RowData> passedSince(int first) {
    List<RowData> rows = harness.rows();
    return rows.subList(first, rows.size());
  }

  /** Returns the watermarks that it handed on. */
  List<Long> watermarks() {
    return harness.watermarks();
  }

  /** Returns the late rows that it put out. */
  List<RowData> late() {
    return harness.side(LateGate.LATE);
  }

  /** Returns its figures in the account. */
  Map<String, Long> counts() throws Exception {
    return harness.counts();
  }

  long counted() {
    return harness.counter("numLateRows");
  }

  @Override
  public void close() {
    harness.close();
  }
}
