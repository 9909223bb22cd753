package io.tally.connectors.cassandra;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
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
    return Set.of(
        CassandraOptions.LOCAL_DATACENTER,
        CassandraOptions.USERNAME,
        CassandraOptions.PASSWORD,
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
        CassandraOptions.TIMESTAMP_RESERVE,
        CassandraOptions.TTL,
        CassandraOptions.PARALLELISM,
        CassandraOptions.BUCKET_COLUMN,
        CassandraOptions.BUCKET_SOURCE,
        CassandraOptions.BUCKET_WIDTH,
        CassandraOptions.READ_CONSISTENCY_LEVEL,
        CassandraOptions.SCAN_PARALLELISM,
        CassandraOptions.SCAN_SPLIT_COUNT,
        CassandraOptions.SCAN_FETCH_SIZE,
        CassandraOptions.SCAN_MAX_RETRIES,
        CassandraOptions.LOOKUP_ASYNC,
        CassandraOptions.LOOKUP_MAX_RETRIES,
        CassandraOptions.LOOKUP_CACHE,
        CassandraOptions.LOOKUP_CACHE_MAX_ROWS,
        CassandraOptions.LOOKUP_CACHE_EXPIRE_AFTER_WRITE,
        CassandraOptions.LOOKUP_CACHE_EXPIRE_AFTER_ACCESS,
        CassandraOptions.LOOKUP_CACHE_MISSING_KEY);
  }

  @Override
  public DynamicTableSink createDynamicTableSink(Context context) {
    TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    TargetTable table =
        TargetTables.of(context.getCatalogTable().getResolvedSchema(), helper.getOptions());
    return new CassandraTableSink(table, SinkSettings.of(helper.getOptions()));
  }

  @Override
  public DynamicTableSource createDynamicTableSource(Context context) {
    TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
    helper.validate();
    TargetTable table =
        TargetTables.toRead(context.getCatalogTable().getResolvedSchema(), helper.getOptions());
    return new CassandraTableSource(table, ReadSettings.of(helper.getOptions()));
  }
}
