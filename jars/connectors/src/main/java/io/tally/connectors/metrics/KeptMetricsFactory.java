package io.tally.connectors.metrics;

import java.util.Properties;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Makes {@link KeptMetrics}, where {@code metrics.reporter.<name>.factory.class} names it. */
public final class KeptMetricsFactory implements MetricReporterFactory {

  @Override
  public MetricReporter createMetricReporter(Properties properties) {
    return new KeptMetrics();
  }
}
