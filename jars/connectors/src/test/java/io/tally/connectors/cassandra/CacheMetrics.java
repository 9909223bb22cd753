package io.tally.connectors.cassandra;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
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

  /** Such as {@code hitCount}. Subtasks in one JVM share the cache, and with it the counter. */
  static long sum(String metric) {
    Set<Counter> counters = Collections.newSetFromMap(new IdentityHashMap<>());
    COUNTERS.forEach(
        (name, counter) -> {
          if (name.endsWith("." + metric)) {
            counters.add(counter);
          }
        });
    return counters.stream().mapToLong(Counter::getCount).sum();
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
