package io.tally.connectors.metrics;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;

/**
 * Keeps the row counters of every operator in this JVM, for as long as the JVM lives.
 *
 * <p>A restarted task replaces its counters, as Flink's own metrics do.
 */
public final class KeptCounters implements MetricReporter {

  private static final Set<String> KEPT =
      Set.of("numRecordsIn", "numRecordsOut", "numLateRows", "numLateRecordsDropped");

  private static final Map<String, Map<Place, Counter>> BY_JOB = new ConcurrentHashMap<>();

  private record Place(String operator, String subtask, String metric) {}

  /**
   * Returns the counters of a job, summed over subtasks.
   *
   * @param jobId 32 hex digits
   * @return by {@code operator.metric}, sorted; empty for a job that counted nothing here
   */
  public static Map<String, Long> of(String jobId) {
    Map<String, Long> sums = new TreeMap<>();
    BY_JOB
        .getOrDefault(jobId, Map.of())
        .forEach(
            (place, counter) ->
                sums.merge(place.operator + "." + place.metric, counter.getCount(), Long::sum));
    return sums;
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    Map<String, String> scope = group.getAllVariables();
    String operator = scope.get("<operator_name>");
    if (operator != null && KEPT.contains(name) && metric instanceof Counter counter) {
      BY_JOB
          .computeIfAbsent(scope.get("<job_id>"), job -> new ConcurrentHashMap<>())
          .put(new Place(operator, scope.get("<subtask_index>"), name), counter);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}
}
