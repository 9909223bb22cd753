package io.tally.connectors.account;

import java.util.Map;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;

/**
 * An operator that hands rows on and counts them.
 *
 * <p>Its figures leave it ahead of each checkpoint's barrier, so that they are true for that
 * checkpoint, and once more at the end of its input.
 */
public abstract class Meter extends Reporting<RowData>
    implements OneInputStreamOperator<RowData, RowData> {

  /** Side output of the figures. */
  public static final OutputTag<Reading> READINGS =
      new OutputTag<>("readings", TypeInformation.of(Reading.class));

  private static final long serialVersionUID = 1L;

  private final String meter;
  private transient Counts counts;

  /**
   * @param meter id of it in the account
   */
  protected Meter(String meter) {
    this.meter = meter;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    counts = new Counts();
    counts.restore(context, getMetricGroup());
  }

  /** Returns the figure of a name. */
  protected final Count count(String name) {
    return counts.of(name);
  }

  final Counts counts() {
    return counts;
  }

  /** What is put out of the figures. */
  Map<String, Long> read(Map<String, Long> values) {
    return values;
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    counts.snapshot();
  }

  @Override
  final void report(long checkpoint) {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    int subtask = task.getIndexOfThisSubtask();
    int subtasks = task.getNumberOfParallelSubtasks();
    Map<String, Long> values = read(counts.values());
    output.collect(
        READINGS, new StreamRecord<>(new Reading(meter, subtask, subtasks, checkpoint, values)));
  }
}
