package io.tally.connectors.metrics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;

/**
 * Keeps how far every operator in this JVM is: its row counters, and the time that a bounded source
 * came to, for as long as the JVM lives, lag and watermark for as long as its task runs.
 *
 * <p>A restarted task replaces its metrics, as Flink's own do.
 */
public final class KeptMetrics implements MetricReporter {

  private static final Set<String> COUNTERS =
      Set.of("numRecordsIn", "numRecordsOut", "numLateRows", "numLateRecordsDropped");
  private static final Set<String> LAST = Set.of("sourceTime");
  private static final Set<String> GAUGES = Set.of("pendingRecords", "currentInputWatermark");

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Map<String, Map<Place, Metric>> BY_JOB = new ConcurrentHashMap<>();

  private record Place(String operator, String subtask, String metric) {}

  /**
   * Returns what a job measures, over the subtasks of each operator.
   *
   * @param jobId 32 hex digits
   * @return a JSON object of {@code {"sum": ..., "min": ...}} by {@code operator.metric}, sorted;
   *     empty for a job that measured nothing here
   */
  public static String of(String jobId) throws JsonProcessingException {
    Map<String, LongSummaryStatistics> measured = new TreeMap<>();
    BY_JOB
        .getOrDefault(jobId, Map.of())
        .forEach(
            (place, metric) -> {
              if (value(metric) instanceof Number value) {
                measured
                    .computeIfAbsent(
                        place.operator + "." + place.metric, name -> new LongSummaryStatistics())
                    .accept(value.longValue());
              }
            });
    Map<String, Map<String, Long>> told = new TreeMap<>();
    measured.forEach(
        (name, all) -> told.put(name, Map.of("sum", all.getSum(), "min", all.getMin())));
    return MAPPER.writeValueAsString(told);
  }

  /** What a metric measures; null of a gauge that has nothing to tell yet. */
  private static Object value(Metric metric) {
    return metric instanceof Counter counter ? counter.getCount() : ((Gauge<?>) metric).getValue();
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    Place place = place(name, group);
    boolean isKept =
        metric instanceof Counter && COUNTERS.contains(name)
            || metric instanceof Gauge && (GAUGES.contains(name) || LAST.contains(name));
    if (isKept && place.operator != null) {
      BY_JOB.computeIfAbsent(job(group), job -> new ConcurrentHashMap<>()).put(place, metric);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
    if (metric instanceof Gauge && GAUGES.contains(name)) {
      BY_JOB.getOrDefault(job(group), Map.of()).remove(place(name, group), metric);
    }
  }

  private static Place place(String metric, MetricGroup group) {
    Map<String, String> scope = group.getAllVariables();
    // A coordinator has no subtask.
    String subtask = scope.getOrDefault("<subtask_index>", "");
    return new Place(scope.get("<operator_name>"), subtask, metric);
  }

  private static String job(MetricGroup group) {
    return group.getAllVariables().get("<job_id>");
  }
}
