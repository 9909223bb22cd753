package io.tally.connectors.kafka;

import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;

/**
 * Makes the sink of a table with {@code 'connector' = 'tally-dead-letters'}, whose one column is a
 * dead letter of a {@code 'tally-kafka'} table.
 */
public final class DeadLetterTableFactory implements DynamicTableSinkFactory {

  public static final String IDENTIFIER = "tally-dead-letters";

  static final String PROPERTIES = "properties.";

  static final ConfigOption<String> SERVERS =
      ConfigOptions.key("properties.bootstrap.servers").stringType().noDefaultValue();

  static final ConfigOption<String> TABLE =
      ConfigOptions.key("table")
          .stringType()
          .noDefaultValue()
          .withDescription("Name of the source table, for the letters' header.");

  static final ConfigOption<DeliveryGuarantee> DELIVERY =
      ConfigOptions.key("sink.delivery-guarantee")
          .enumType(DeliveryGuarantee.class)
          .defaultValue(DeliveryGuarantee.EXACTLY_ONCE)
          .withDescription("Whether letters are written once with the job's checkpoints.");

  static final ConfigOption<String> PREFIX =
      ConfigOptions.key("sink.transactional-id-prefix")
          .stringType()
          .noDefaultValue()
          .withDescription("Prefix of the transactions' ids; no other job may use it.");

  /** The longest that a broker allows by default. */
  static final ConfigOption<Duration> TRANSACTION_TIMEOUT =
      ConfigOptions.key("sink.transaction-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "How long letters of a checkpoint that was begun may wait until it is completed.");

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(SERVERS, TABLE);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return Set.of(DELIVERY, PREFIX, TRANSACTION_TIMEOUT, FactoryUtil.SINK_PARALLELISM);
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validateExcept(PROPERTIES);
    ReadableConfig options = helper.getOptions();
    if (options.get(DELIVERY) == DeliveryGuarantee.EXACTLY_ONCE
        && options.getOptional(PREFIX).isEmpty()) {
      throw new ValidationException(
          "option 'sink.transactional-id-prefix' is missing: 'sink.delivery-guarantee' is exactly-once");
    }
    return new DeadLetterSink(context.getCatalogTable().getOptions(), options);
  }
}
