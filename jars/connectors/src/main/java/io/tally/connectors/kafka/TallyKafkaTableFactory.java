package io.tally.connectors.kafka;

import io.tally.connectors.lost.LossPolicy;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.streaming.connectors.kafka.config.BoundedMode;
import org.apache.flink.streaming.connectors.kafka.config.StartupMode;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicTableFactory;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/** Makes the source of a table with {@code 'connector' = 'tally-kafka'}. */
public final class TallyKafkaTableFactory extends KafkaDynamicTableFactory {

  public static final String IDENTIFIER = "tally-kafka";

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    Set<ConfigOption<?>> options = new HashSet<>(super.optionalOptions());
    options.addAll(SourceGuard.options());
    options.addAll(SourceClock.options());
    options.addAll(LossPolicy.options());
    return options;
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    Configuration options = Configuration.fromMap(context.getCatalogTable().getOptions());
    String table = context.getObjectIdentifier().getObjectName();
    SourceGuard guard = SourceGuard.of(table, options);
    TallyKafkaSource source = (TallyKafkaSource) super.createDynamicTableSource(context);
    LossPolicy losses = LossPolicy.of(guard.table(), options, source.properties());
    source.guardedBy(guard, SourceClock.of(options), losses);
    return source;
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    throw new ValidationException(
        "a table with 'connector' = 'tally-kafka' can be read only; write with 'kafka' or 'upsert-kafka'");
  }

  @Override
  protected KafkaDynamicSource createKafkaTableSource(
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
      Map<TopicPartition, Long> specificEndOffsets,
      long endTimestampMillis,
      String tableIdentifier,
      Integer parallelism) {
    return new TallyKafkaSource(
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
        specificEndOffsets,
        endTimestampMillis,
        tableIdentifier,
        parallelism);
  }
}
