package io.tally.connectors.account;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Keeps the last reading of every meter, and makes one record of all for each checkpoint: the
 * readings for it have all come once its barriers have. It has one task.
 */
public final class Book extends Reporting<byte[]>
    implements OneInputStreamOperator<Reading, byte[]> {

  private static final long serialVersionUID = 1L;

  private final AccountJson json;
  private transient Map<String, Map<Integer, Reading>> readings;
  private transient ListState<Reading> state;

  /**
   * @param json writes the records
   */
  public Book(AccountJson json) {
    this.json = json;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    readings = new TreeMap<>();
    state =
        context
            .getOperatorStateStore()
            .getListState(new ListStateDescriptor<>("readings", TypeInformation.of(Reading.class)));
    for (Reading reading : state.get()) {
      keep(reading);
    }
  }

  @Override
  public void processElement(StreamRecord<Reading> element) {
    keep(element.getValue());
  }

  private void keep(Reading reading) {
    Map<Integer, Reading> ofMeter =
        readings.computeIfAbsent(reading.meter, meter -> new HashMap<>());
    // Those of a run at another parallelism are in the new ones.
    ofMeter.values().removeIf(other -> other.subtasks != reading.subtasks);
    ofMeter.put(reading.subtask, reading);
  }

  @Override
  void report(long checkpoint) throws Exception {
    String run = getRuntimeContext().getJobInfo().getJobId().toHexString();
    output.collect(new StreamRecord<>(json.write(run, checkpoint, all())));
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    state.update(all());
  }

  private List<Reading> all() {
    List<Reading> all = new ArrayList<>();
    readings.values().forEach(ofMeter -> all.addAll(ofMeter.values()));
    return all;
  }
}
