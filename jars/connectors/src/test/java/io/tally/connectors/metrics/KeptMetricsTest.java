package io.tally.connectors.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

/** What operators measure is summed over subtasks; counters stay after Flink has removed them. */
class KeptMetricsTest {

  private final KeptMetrics reporter = new KeptMetrics();

  @Test
  void sumsSubtasksAndCountersOutliveTheirTasks() throws Exception {
    register("job-1", "Window[5]", "0", "numLateRecordsDropped", 3);
    register("job-1", "Window[5]", "1", "numLateRecordsDropped", 4);
    register("job-1", "Window[5]", "0", "numRecordsIn", 10);
    register("job-1", "Window[5]", "0", "numBytesIn", 99);
    register("job-1", "LateGate[5]", "0", "numLateRows", 2);
    register("job-2", "Window[5]", "0", "numRecordsIn", 1);

    assertThat(of("job-1"))
        .containsExactly(
            Map.entry("LateGate[5].numLateRows", Map.of("sum", 2, "min", 2)),
            Map.entry("Window[5].numLateRecordsDropped", Map.of("sum", 7, "min", 3)),
            Map.entry("Window[5].numRecordsIn", Map.of("sum", 10, "min", 10)));
    assertThat(of("none")).isEmpty();
  }

  @Test
  void aRestartedTaskCountsAnew() throws Exception {
    register("job-3", "Sink[7]", "0", "numRecordsIn", 50);
    register("job-3", "Sink[7]", "0", "numRecordsIn", 20);

    assertThat(of("job-3"))
        .containsExactly(Map.entry("Sink[7].numRecordsIn", Map.of("sum", 20, "min", 20)));
  }

  @Test
  void aGaugeEndsWithItsTask() throws Exception {
    Gauge<Long> late = () -> 7L;
    MetricGroup second = group("job-5", "Sink[7]", "1");
    reporter.notifyOfAddedMetric(late, "currentInputWatermark", group("job-5", "Sink[7]", "0"));
    reporter.notifyOfAddedMetric((Gauge<Long>) () -> 9L, "currentInputWatermark", second);
    reporter.notifyOfAddedMetric((Gauge<Long>) () -> null, "pendingRecords", second);
    reporter.notifyOfAddedMetric((Gauge<String>) () -> "x", "pendingBytes", second);

    assertThat(of("job-5"))
        .containsExactly(Map.entry("Sink[7].currentInputWatermark", Map.of("sum", 16, "min", 7)));

    // A task that is restarted may register its own before Flink removes the former one.
    Gauge<Long> restarted = () -> 8L;
    reporter.notifyOfAddedMetric(restarted, "currentInputWatermark", second);
    reporter.notifyOfRemovedMetric((Gauge<Long>) () -> 9L, "currentInputWatermark", second);
    reporter.notifyOfRemovedMetric(late, "currentInputWatermark", group("job-5", "Sink[7]", "0"));

    assertThat(of("job-5"))
        .containsExactly(Map.entry("Sink[7].currentInputWatermark", Map.of("sum", 8, "min", 8)));
  }

  @Test
  void keepsTheTimeThatABoundedSourceCameTo() throws Exception {
    Gauge<Long> time = () -> 5L;
    MetricGroup coordinator =
        group(Map.of("<job_id>", "job-6", "<operator_name>", "Source: a -> b"));
    reporter.notifyOfAddedMetric(time, "sourceTime", coordinator);
    reporter.notifyOfRemovedMetric(time, "sourceTime", coordinator);

    assertThat(of("job-6"))
        .containsExactly(Map.entry("Source: a -> b.sourceTime", Map.of("sum", 5, "min", 5)));
  }

  @Test
  void leavesOutWhatBelongsToNoOperator() throws Exception {
    Counter counter = new SimpleCounter();
    MetricGroup task = group(Map.of("<job_id>", "job-4", "<subtask_index>", "0"));
    reporter.notifyOfAddedMetric(counter, "numRecordsIn", task);

    assertThat(of("job-4")).isEmpty();
  }

  private static Map<String, Map<String, Integer>> of(String job) throws Exception {
    return new ObjectMapper().readValue(KeptMetrics.of(job), new TypeReference<>() {});
  }

  private void register(String job, String operator, String subtask, String metric, long count) {
    Counter counter = new SimpleCounter();
    counter.inc(count);
    MetricGroup group = group(job, operator, subtask);
    reporter.notifyOfAddedMetric(counter, metric, group);
    reporter.notifyOfRemovedMetric(counter, metric, group);
  }

  private static MetricGroup group(String job, String operator, String subtask) {
    return group(Map.of("<job_id>", job, "<operator_name>", operator, "<subtask_index>", subtask));
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
