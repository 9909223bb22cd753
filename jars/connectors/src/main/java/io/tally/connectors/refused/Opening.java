package io.tally.connectors.refused;

import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.util.SimpleUserCodeClassLoader;
import org.apache.flink.util.UserCodeClassLoader;

/** What a serializer is opened with. */
record Opening(MetricGroup metrics, ClassLoader classes)
    implements SerializationSchema.InitializationContext {

  @Override
  public MetricGroup getMetricGroup() {
    return metrics;
  }

  @Override
  public UserCodeClassLoader getUserCodeClassLoader() {
    return SimpleUserCodeClassLoader.create(classes);
  }
}
