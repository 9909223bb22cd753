package io.tally.connectors.metrics;

import java.util.Properties;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Makes {@link KeptCounters}, where {@code metrics.reporter.<name>.factory.class} names it. */
public final class KeptCountersFactory implements MetricReporterFactory {

  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return new KeptCounters();
  }
}
