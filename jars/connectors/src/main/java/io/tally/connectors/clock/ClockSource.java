package io.tally.connectors.clock;

import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.synchronization.FutureCompletingBlockingQueue;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaRecordEmitter;
import org.apache.flink.connector.kafka.source.reader.KafkaSourceReader;
import org.apache.flink.connector.kafka.source.reader.fetcher.KafkaSourceFetcherManager;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.UserCodeClassLoader;

/** A Kafka source whose time goes on by the clock where it has been read to its end. */
public final class ClockSource extends WrappedSource {

  private static final long serialVersionUID = 1L;

  private final Properties properties;
  private final Duration leastDelay;
  private final String group;

  /**
   * @param source what is read, without end
   * @param deserializer the source's
   * @param leastDelay of time by the clock behind the present
   * @param group of the sources of its job that it follows until it has an event; empty for none
   */
  public ClockSource(
      KafkaSource<RowData> source,
      TimedDeserializer deserializer,
      Duration leastDelay,
      String group) {
    super(source, deserializer);
    this.properties = propertiesOf(source);
    this.leastDelay = leastDelay;
    this.group = group;
  }

  private static Properties propertiesOf(KafkaSource<?> source) {
    try {
      Field field = KafkaSource.class.getDeclaredField("props");
      field.setAccessible(true);
      return (Properties) field.get(source);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Kafka connector than 5.0: no properties", e);
    }
  }

  @Override
  public SourceReader<RowData, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    NewestEvents newest = new NewestEvents();
    deserializer.open(new Opening(context));
    deserializer.noteNewest(newest);
    ReadPositions read = new ReadPositions();
    return new ClockReader(reader(context, read), context, read, newest, leastDelay.toMillis());
  }

  /** As {@link KafkaSource} makes it, but for the positions. */
  private SourceReader<RowData, KafkaPartitionSplit> reader(
      SourceReaderContext context, ReadPositions read) {
    FutureCompletingBlockingQueue<RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>>> queue =
        new FutureCompletingBlockingQueue<>();
    KafkaSourceReaderMetrics metrics = new KafkaSourceReaderMetrics(context.metricGroup());
    Supplier<SplitReader<ConsumerRecord<byte[], byte[]>, KafkaPartitionSplit>> readers =
        () -> new PositionedReader(properties, context, metrics, read);
    Configuration options = new Configuration();
    properties
        .stringPropertyNames()
        .forEach(name -> options.setString(name, properties.getProperty(name)));
    return new KafkaSourceReader<>(
        queue,
        new KafkaSourceFetcherManager(queue, readers, finished -> {}),
        new KafkaRecordEmitter<>(deserializer),
        options,
        context,
        metrics);
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

  @Override
  WrappedEnumerator wrapped(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      boolean isRestored) {
    String job = context.metricGroup().getAllVariables().get(ScopeFormat.SCOPE_JOB_ID);
    Companions companions = new Companions(group.isEmpty() ? "" : "%s: %s".formatted(job, group));
    long delay = leastDelay.toMillis();
    return new ClockEnumerator(
        enumerator,
        context,
        () -> new BrokerEnds(properties),
        Clock.systemUTC(),
        new Answers(delay, isRestored),
        new SourceTimes(delay, companions),
        companions);
  }
}
