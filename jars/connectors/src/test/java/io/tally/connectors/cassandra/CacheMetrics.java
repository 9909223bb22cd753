package io.tally.connectors.cassandra;

import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Keeps what the caches of lookup joins count. */
public final class CacheMetrics implements MetricReporter {

  private static final Map<String, Counter> COUNTERS = new ConcurrentHashMap<>();

  /** Makes the reporter. */
  public static final class Factory implements MetricReporterFactory {
    @Override
    public MetricReporter createMetricReporter(Properties properties) {
      return new CacheMetrics();
    }
  }

  static void clear() {
    COUNTERS.clear();
  }

  /** Such as {@code hitCount}, summed over subtasks. */
  static long sum(String metric) {
    return COUNTERS.entrySet().stream()
        .filter(entry -> entry.getKey().endsWith("." + metric))
        .mapToLong(entry -> entry.getValue().getCount())
        .sum();
  }

  @Override
  public void open(MetricConfig config) {}

  @Override
  public void close() {}

  @Override
  public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
    if (metric instanceof Counter counter) {
      COUNTERS.put(group.getMetricIdentifier(name), counter);
    }
  }

  @Override
  public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {}
}
