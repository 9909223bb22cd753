package io.tally.connectors.cassandra;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.FactoryUtil.TableFactoryHelper;

/** Makes the sink of a table with {@code 'connector' = 'cassandra'}. */
public final class CassandraTableSinkFactory implements DynamicTableSinkFactory {

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
    return Set.of(
        CassandraOptions.LOCAL_DATACENTER,
        CassandraOptions.USERNAME,
        CassandraOptions.PASSWORD,
        CassandraOptions.SSL_ENABLED,
        CassandraOptions.SSL_TRUSTSTORE_PATH,
        CassandraOptions.SSL_TRUSTSTORE_PASSWORD,
        CassandraOptions.SSL_TRUSTSTORE_TYPE,
        CassandraOptions.SSL_KEYSTORE_PATH,
        CassandraOptions.SSL_KEYSTORE_PASSWORD,
        CassandraOptions.SSL_KEYSTORE_TYPE,
        CassandraOptions.SSL_HOSTNAME_VERIFICATION,
        CassandraOptions.CONSISTENCY_LEVEL,
        CassandraOptions.REQUEST_TIMEOUT,
        CassandraOptions.BUFFER_MAX_ROWS,
        CassandraOptions.BUFFER_INTERVAL,
        CassandraOptions.BUFFER_MAX_SIZE,
        CassandraOptions.BATCH_MAX_SIZE,
        CassandraOptions.MAX_IN_FLIGHT,
        CassandraOptions.RETRY_MAX_ATTEMPTS,
        CassandraOptions.RETRY_INITIAL_BACKOFF,
        CassandraOptions.RETRY_MAX_BACKOFF,
        CassandraOptions.RETRY_MAX_DURATION,
        CassandraOptions.TIMESTAMP_RESERVE,
        CassandraOptions.TIMESTAMP_COLUMN,
        CassandraOptions.TTL,
        CassandraOptions.TTL_COLUMN,
        CassandraOptions.NULL_HANDLING,
        CassandraOptions.PARALLELISM,
        CassandraOptions.BUCKET_COLUMN,
        CassandraOptions.BUCKET_SOURCE,
        CassandraOptions.BUCKET_WIDTH);
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
}
