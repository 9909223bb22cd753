package io.tally.connectors.clock;

import io.tally.connectors.lost.LossPolicy;
import io.tally.connectors.lost.ReadPositions;
import io.tally.connectors.lost.TrackedReader;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Properties;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.UserCodeClassLoader;

/** Flink's Kafka source with readers and a coordinator of our own around Flink's. */
abstract class WrappedSource
    implements Source<RowData, KafkaPartitionSplit, KafkaSourceEnumState>,
        ResultTypeQueryable<RowData> {

  private static final long serialVersionUID = 1L;

  final TimedDeserializer deserializer;
  private final KafkaSource<RowData> source;
  private final LossPolicy losses;

  WrappedSource(KafkaSource<RowData> source, TimedDeserializer deserializer, LossPolicy losses) {
    this.source = source;
    this.deserializer = deserializer;
    this.losses = losses;
  }

  /** Returns those of the consumer. */
  final Properties properties() {
    try {
      Field field = KafkaSource.class.getDeclaredField("props");
      field.setAccessible(true);
      return (Properties) field.get(source);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Kafka connector than 5.0: no properties", e);
    }
  }

  @Override
  public final SourceReader<RowData, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    deserializer.open(new Opening(context));
    ReadPositions read = new ReadPositions();
    TrackedReader reader = TrackedReader.of(properties(), context, deserializer, losses, read);
    return wrapped(reader, context, read);
  }

  private record Opening(SourceReaderContext context)
      implements DeserializationSchema.InitializationContext {
    @Override
    public MetricGroup getMetricGroup() {
      return context.metricGroup().addGroup("deserializer");
    }

    @Override
    public UserCodeClassLoader getUserCodeClassLoader() {
      return context.getUserCodeClassLoader();
    }
  }

  /**
   * Returns what stands around a reader, or the reader itself.
   *
   * @param read up to where the reader has handed on its splits
   */
  abstract SourceReader<RowData, KafkaPartitionSplit> wrapped(
      TrackedReader reader, SourceReaderContext context, ReadPositions read);

  /**
   * Returns the coordinator around Flink's.
   *
   * @param isRestored whether that goes on from a checkpoint
   */
  abstract WrappedEnumerator wrapped(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      boolean isRestored);

  @Override
  public Boundedness getBoundedness() {
    return source.getBoundedness();
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return wrapped(source.createEnumerator(context), context, false);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws IOException {
    return wrapped(source.restoreEnumerator(context, state), context, true);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return new TimedSplitSerializer(source.getSplitSerializer());
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return source.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return source.getProducedType();
  }
}
