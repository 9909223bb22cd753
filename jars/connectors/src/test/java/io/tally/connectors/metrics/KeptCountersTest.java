package io.tally.connectors.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

/** Counters stay readable after Flink has removed them. */
class KeptCountersTest {

  private final KeptCounters reporter = new KeptCounters();

  @Test
  void sumsSubtasksAndOutlivesTheirTasks() {
    register("job-1", "Window[5]", "0", "numLateRecordsDropped", 3);
    register("job-1", "Window[5]", "1", "numLateRecordsDropped", 4);
    register("job-1", "Window[5]", "0", "numRecordsIn", 10);
    register("job-1", "Window[5]", "0", "numBytesIn", 99);
    register("job-1", "LateGate[5]", "0", "numLateRows", 2);
    register("job-2", "Window[5]", "0", "numRecordsIn", 1);

    assertThat(KeptCounters.of("job-1"))
        .containsExactly(
            Map.entry("LateGate[5].numLateRows", 2L),
            Map.entry("Window[5].numLateRecordsDropped", 7L),
            Map.entry("Window[5].numRecordsIn", 10L));
    assertThat(KeptCounters.of("none")).isEmpty();
  }

  @Test
  void aRestartedTaskCountsAnew() {
    register("job-3", "Sink[7]", "0", "numRecordsIn", 50);
    register("job-3", "Sink[7]", "0", "numRecordsIn", 20);

    assertThat(KeptCounters.of("job-3")).containsExactly(Map.entry("Sink[7].numRecordsIn", 20L));
  }

  @Test
  void leavesOutWhatBelongsToNoOperator() {
    Counter counter = new SimpleCounter();
    MetricGroup task = group(Map.of("<job_id>", "job-4", "<subtask_index>", "0"));
    reporter.notifyOfAddedMetric(counter, "numRecordsIn", task);

    assertThat(KeptCounters.of("job-4")).isEmpty();
  }

  private void register(String job, String operator, String subtask, String metric, long count) {
    Counter counter = new SimpleCounter();
    counter.inc(count);
    MetricGroup group =
        group(Map.of("<job_id>", job, "<operator_name>", operator, "<subtask_index>", subtask));
    reporter.notifyOfAddedMetric(counter, metric, group);
    reporter.notifyOfRemovedMetric(counter, metric, group);
  }

  private static MetricGroup group(Map<String, String> variables) {
    return new UnregisteredMetricsGroup() {
      @Override
      public Map<String, String> getAllVariables() {
        return variables;
      }
    };
  }
}
