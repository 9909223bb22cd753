package io.tally.connectors.cassandra;

import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.FactoryUtil.TableFactoryHelper;

/** Makes sink and source of a table with {@code 'connector' = 'cassandra'}. */
public final class CassandraTableFactory
    implements DynamicTableSinkFactory, DynamicTableSourceFactory {

  public static final String IDENTIFIER = "cassandra";

  @Override
  public String factoryIdentifier() {
    return IDENTIFIER;
  }

  @Override
  public Set<ConfigOption<?>> requiredOptions() {
    return Set.of(
        CassandraOptions.CONTACT_POINTS, CassandraOptions.KEYSPACE, CassandraOptions.TABLE);
  }

  @Override
  public Set<ConfigOption<?>> optionalOptions() {
    return CassandraOptions.GROUPS.stream()
        .flatMap(group -> group.options().stream())
        .filter(option -> !requiredOptions().contains(option))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validateExcept(DriverOptions.PREFIX);
    ReadableConfig options = helper.getOptions();
    ResolvedSchema schema = context.getCatalogTable().getResolvedSchema();
    OptionErrors errors = new OptionErrors();
    TargetTable table = errors.collect(() -> TargetTables.of(schema, options));
    SteeringColumns steering = new SteeringColumnsReader(schema, options, errors).read();
    SinkSettings settings = SinkSettings.of(options, errors);
    errors.throwIfAny();
    return new CassandraTableSink(table, steering, settings);
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validateExcept(DriverOptions.PREFIX);
    TargetTable table =
        TargetTables.toRead(context.getCatalogTable().getResolvedSchema(), helper.getOptions());
    return new CassandraTableSource(table, ReadSettings.of(helper.getOptions()));
  }
}
