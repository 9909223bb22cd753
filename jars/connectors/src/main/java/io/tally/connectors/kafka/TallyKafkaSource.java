package io.tally.connectors.kafka;

import io.tally.connectors.clock.BoundedSource;
import io.tally.connectors.clock.ClockSource;
import io.tally.connectors.clock.PlainSource;
import io.tally.connectors.lost.LossPolicy;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.connectors.kafka.config.BoundedMode;
import org.apache.flink.streaming.connectors.kafka.config.StartupMode;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.streaming.connectors.kafka.table.TableDataTypeUtils;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/**
 * Flink's Kafka table source with a deserializer of our own, which knows where a record came from.
 */
final class TallyKafkaSource extends KafkaDynamicSource implements SupportsProjectionPushDown {

  /** Physical columns of the produced row. */
  private int[] projected;

  private SourceGuard guard;
  private SourceClock clock;
  private LossPolicy losses;

  /** The parameters are Flink's. */
  TallyKafkaSource(
      DataType physicalDataType,
      DecodingFormat<DeserializationSchema<RowData>> keyDecodingFormat,
      DecodingFormat<DeserializationSchema<RowData>> valueDecodingFormat,
      int[] keyProjection,
      int[] valueProjection,
      String keyPrefix,
      List<String> topics,
      Pattern topicPattern,
      Properties properties,
      StartupMode startupMode,
      Map<TopicPartition, Long> specificStartupOffsets,
      long startupTimestampMillis,
      BoundedMode boundedMode,
      Map<TopicPartition, Long> specificBoundedOffsets,
      long boundedTimestampMillis,
      String tableIdentifier,
      Integer parallelism) {
    super(
        physicalDataType,
        keyDecodingFormat,
        valueDecodingFormat,
        keyProjection,
        valueProjection,
        keyPrefix,
        topics,
        topicPattern,
        properties,
        startupMode,
        specificStartupOffsets,
        startupTimestampMillis,
        boundedMode,
        specificBoundedOffsets,
        boundedTimestampMillis,
        false,
        tableIdentifier,
        parallelism);
    this.projected = IntStream.range(0, DataType.getFieldCount(physicalDataType)).toArray();
  }

  /** Sets what is a row and what is none, how time goes on, and what becomes of what is lost. */
  void guardedBy(SourceGuard sourceGuard, SourceClock sourceClock, LossPolicy policy) {
    this.guard = sourceGuard;
    this.clock = sourceClock;
    this.losses = policy;
  }

  /** Returns those of the consumer, as they are written. */
  Properties properties() {
    return properties;
  }

  @Override
  public Map<String, DataType> listReadableMetadata() {
    Map<String, DataType> metadata = new LinkedHashMap<>(super.listReadableMetadata());
    metadata.put(KafkaMetadata.DEAD_LETTER.key(), DeadLetters.TYPE);
    return metadata;
  }

  @Override
  public boolean supportsNestedProjection() {
    return false;
  }

  /** All declared columns are decoded and judged all the same; see {@link PartFormat}. */
  @Override
  public void applyProjection(int[][] fields, DataType produced) {
    projected = Stream.of(fields).mapToInt(path -> path[0]).toArray();
    producedDataType = produced;
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    RowLayout layout = layout();
    Source<RowData, ?, ?> source = source(deserializer(context, layout));
    WatermarkStrategy<RowData> watermarks = watermarks(layout);
    return new DataStreamScanProvider() {
      @Override
      public DataStream<RowData> produceDataStream(
          ProviderContext provider, StreamExecutionEnvironment environment) {
        DataStreamSource<RowData> stream =
            environment.fromSource(source, watermarks, "KafkaSource-" + guard.table());
        provider.generateUid("kafka").ifPresent(stream::uid);
        return stream;
      }

      @Override
      public boolean isBounded() {
        return TallyKafkaSource.this.isBounded();
      }

      @Override
      public Optional<Integer> getParallelism() {
        return Optional.ofNullable(parallelism);
      }
    };
  }

  private boolean isBounded() {
    return boundedMode != BoundedMode.UNBOUNDED;
  }

  private WatermarkStrategy<RowData> watermarks(RowLayout layout) {
    if (watermarkStrategy == null) {
      return WatermarkStrategy.noWatermarks();
    }
    return layout.deadLetter() < 0
        ? watermarkStrategy
        : new RowWatermarks(watermarkStrategy, layout.deadLetter(), !isBounded());
  }

  private Source<RowData, ?, ?> source(RecordDeserializer deserializer) {
    KafkaSource<RowData> source = kafkaSource(deserializer);
    if (deserializer.judgesTime() && isBounded()) {
      return new BoundedSource(source, deserializer, losses);
    }
    return deserializer.judgesTime() && clock.isOn()
        ? new ClockSource(source, deserializer, losses, clock.delay(), clock.group())
        : new PlainSource(source, deserializer, losses);
  }

  private KafkaSource<RowData> kafkaSource(RecordDeserializer deserializer) {
    KafkaSourceBuilder<RowData> builder = KafkaSource.builder();
    if (topics != null) {
      builder.setTopics(topics);
    } else {
      builder.setTopicPattern(topicPattern);
    }
    builder.setStartingOffsets(
        KafkaOffsets.starting(
            startupMode, specificStartupOffsets, startupTimestampMillis, properties));
    stopAtTheEnd(builder);
    return builder.setProperties(properties).setDeserializer(deserializer).build();
  }

  private void stopAtTheEnd(KafkaSourceBuilder<RowData> builder) {
    var stopping =
        KafkaOffsets.stopping(boundedMode, specificBoundedOffsets, boundedTimestampMillis);
    if (isBounded()) {
      builder.setBounded(stopping);
    } else {
      builder.setUnbounded(stopping);
    }
  }

  private RecordDeserializer deserializer(ScanContext context, RowLayout layout) {
    boolean judgesTime = watermarkStrategy != null && layout.deadLetter() >= 0;
    return new RecordDeserializer(
        parts(context, layout),
        layout,
        judgesTime ? new EventTimes(watermarkStrategy, guard.maxAhead(), Clock.systemUTC()) : null,
        guard,
        context.createTypeInformation(producedDataType));
  }

  private RecordDeserializer.Parts parts(ScanContext context, RowLayout layout) {
    PartFormat message = new PartFormat("message", valueDecodingFormat, physical(valueProjection));
    PartFormat key = new PartFormat("key", keyDecodingFormat, keyType());
    int[] wanted = wanted(valueProjection);
    boolean inPlace = message.isJson() && wanted.length == layout.arity();
    return new RecordDeserializer.Parts(
        keyDecodingFormat == null ? null : key.decoder(context),
        inPlace ? message.json(context, wanted, layout.width()) : message.decoder(context),
        inPlace,
        DataType.getFieldDataTypes(producedDataType).subList(0, layout.arity()).stream()
            .map(DataType::getLogicalType)
            .toList());
  }

  private DataType physical(int[] columns) {
    return Projection.of(columns).project(physicalDataType);
  }

  private DataType keyType() {
    DataType type = physical(keyProjection);
    return keyPrefix == null ? type : TableDataTypeUtils.stripRowPrefix(type, keyPrefix);
  }

  /**
   * Which columns of a part the query wants: positions within the part, in the order of the
   * produced row.
   */
  private int[] wanted(int[] columns) {
    return IntStream.range(0, columns.length)
        .filter(i -> produced(columns[i]) >= 0)
        .boxed()
        .sorted(Comparator.comparing(i -> produced(columns[i])))
        .mapToInt(i -> i)
        .toArray();
  }

  /** Position of a physical column in the produced row, or -1. */
  private int produced(int column) {
    return IntStream.range(0, projected.length)
        .filter(i -> projected[i] == column)
        .findFirst()
        .orElse(-1);
  }

  /** The message format's metadata follow its fields, and Kafka's metadata follow those. */
  private RowLayout layout() {
    int arity = DataType.getFieldCount(producedDataType) - metadataKeys.size();
    IntStream formatMetadata = IntStream.range(projected.length, arity);
    return new RowLayout(
        arity,
        positions(keyProjection).toArray(),
        IntStream.concat(positions(valueProjection), formatMetadata).toArray(),
        metadataKeys.stream().map(KafkaMetadata::of).toList());
  }

  private IntStream positions(int[] columns) {
    return IntStream.of(columns).map(this::produced);
  }

  @Override
  public DynamicTableSource copy() {
    TallyKafkaSource copy =
        new TallyKafkaSource(
            physicalDataType,
            keyDecodingFormat,
            valueDecodingFormat,
            keyProjection,
            valueProjection,
            keyPrefix,
            topics,
            topicPattern,
            properties,
            startupMode,
            specificStartupOffsets,
            startupTimestampMillis,
            boundedMode,
            specificBoundedOffsets,
            boundedTimestampMillis,
            tableIdentifier,
            parallelism);
    copy.producedDataType = producedDataType;
    copy.metadataKeys = metadataKeys;
    copy.watermarkStrategy = watermarkStrategy;
    copy.projected = projected;
    copy.guard = guard;
    copy.clock = clock;
    copy.losses = losses;
    return copy;
  }
}
