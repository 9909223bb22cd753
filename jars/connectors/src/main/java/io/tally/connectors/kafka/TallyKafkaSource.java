package io.tally.connectors.kafka;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.streaming.connectors.kafka.config.BoundedMode;
import org.apache.flink.streaming.connectors.kafka.config.StartupMode;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.RowKind;

/**
 * Flink's Kafka table source with a deserializer of our own, which knows where a record came from.
 */
final class TallyKafkaSource extends KafkaDynamicSource {

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
  }

  @Override
  protected KafkaSource<RowData> createKafkaSource(
      DeserializationSchema<RowData> keyFormat,
      DeserializationSchema<RowData> valueFormat,
      TypeInformation<RowData> producedType) {
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
    return builder
        .setProperties(properties)
        .setDeserializer(deserializer(keyFormat, valueFormat, producedType))
        .build();
  }

  private void stopAtTheEnd(KafkaSourceBuilder<RowData> builder) {
    var stopping =
        KafkaOffsets.stopping(boundedMode, specificBoundedOffsets, boundedTimestampMillis);
    if (boundedMode == BoundedMode.UNBOUNDED) {
      builder.setUnbounded(stopping);
    } else {
      builder.setBounded(stopping);
    }
  }

  private RecordDeserializer deserializer(
      DeserializationSchema<RowData> keyFormat,
      DeserializationSchema<RowData> valueFormat,
      TypeInformation<RowData> producedType) {
    boolean insertOnly = valueDecodingFormat.getChangelogMode().containsOnly(RowKind.INSERT);
    return new RecordDeserializer(
        keyFormat == null ? null : new RowDecoder("key", keyFormat, true),
        new RowDecoder("message", valueFormat, insertOnly),
        layout(),
        producedType);
  }

  /** The message format's metadata follow its fields, and Kafka's metadata follow those. */
  private RowLayout layout() {
    int arity = DataType.getFieldCount(producedDataType) - metadataKeys.size();
    int physical = DataType.getFieldCount(physicalDataType);
    int[] valuePositions =
        IntStream.concat(IntStream.of(valueProjection), IntStream.range(physical, arity)).toArray();
    List<KafkaMetadata> metadata = metadataKeys.stream().map(KafkaMetadata::of).toList();
    return new RowLayout(arity, keyProjection, valuePositions, metadata);
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
    return copy;
  }
}
