package io.tally.connectors.kafka;

import io.tally.connectors.lost.LossPolicy;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.streaming.connectors.kafka.table.UpsertKafkaDynamicTableFactory;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;

/** Makes the source of a table with {@code 'connector' = 'tally-upsert-kafka'}. */
public final class TallyUpsertKafkaTableFactory extends UpsertKafkaDynamicTableFactory {

  public static final String IDENTIFIER = "tally-upsert-kafka";

  private static final String RESET = "properties." + ConsumerConfig.AUTO_OFFSET_RESET_CONFIG;

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    Set<ConfigOption<?>> options = new HashSet<>(super.optionalOptions());
    options.addAll(LossPolicy.options());
    options.addAll(SourceClock.options());
    return options;
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    Configuration options = Configuration.fromMap(context.getCatalogTable().getOptions());
    Properties properties = new Properties();
    options
        .getOptional(ConfigOptions.key(RESET).stringType().noDefaultValue())
        .ifPresent(reset -> properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset));
    String table = context.getObjectIdentifier().getObjectName();
    LossPolicy losses = LossPolicy.of(table, options, properties);
    return new UpsertSource(
        (KafkaDynamicSource) super.createDynamicTableSource(context),
        losses,
        SourceClock.of(options));
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    throw new ValidationException(
        "a table with 'connector' = 'tally-upsert-kafka' can be read only; write with 'upsert-kafka'");
  }
}
