package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.LookupTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsFilterPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsLimitPushDown;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.connector.source.lookup.AsyncLookupFunctionProvider;
import org.apache.flink.table.connector.source.lookup.LookupFunctionProvider;
import org.apache.flink.table.connector.source.lookup.PartialCachingAsyncLookupProvider;
import org.apache.flink.table.connector.source.lookup.PartialCachingLookupProvider;
import org.apache.flink.table.connector.source.lookup.cache.LookupCache;
import org.apache.flink.table.expressions.ResolvedExpression;
import org.apache.flink.table.types.DataType;

/** Plans the source: which columns are read, by key or all rows. */
final class CassandraTableSource
    implements ScanTableSource,
        LookupTableSource,
        SupportsProjectionPushDown,
        SupportsLimitPushDown,
        SupportsFilterPushDown {

  private final TargetTable table;
  private final ReadSettings settings;
  private List<Column> columns;
  private KeyFilter filter = KeyFilter.NONE;
  private long limit = Statements.NO_LIMIT;

  CassandraTableSource(TargetTable table, ReadSettings settings) {
    this.table = table;
    this.settings = settings;
    this.columns = table.columns();
  }

  /** The rows as they are when read: a scan ends. */
  @Override
  public ChangelogMode getChangelogMode() {
    return ChangelogMode.insertOnly();
  }

  @Override
  public boolean supportsNestedProjection() {
    return false;
  }

  @Override
  public void applyProjection(int[][] paths, DataType produced) {
    columns = Arrays.stream(paths).map(path -> table.columns().get(path[0])).toList();
  }

  /**
   * Takes equalities with constants: if they give the partition key, which only the server knows,
   * that partition alone is read. Flink goes on filtering by all conditions.
   */
  @Override
  public Result applyFilters(List<ResolvedExpression> conditions) {
    filter =
        new KeyFilter(
            conditions.stream().flatMap(c -> KeyFilter.equality(table, c).stream()).toList());
    List<ResolvedExpression> taken =
        conditions.stream().filter(c -> KeyFilter.equality(table, c).isPresent()).toList();
    return Result.of(taken, conditions);
  }

  @Override
  public void applyLimit(long rows) {
    limit = rows;
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    return SourceProvider.of(
        new CassandraSource(table, columns, filter, limit, settings),
        settings.scan().parallelism());
  }

  /**
   * Serves a lookup join.
   *
   * @throws org.apache.flink.table.api.ValidationException if the join leaves out the column that
   *     the time bucket is taken from
   */
  @Override
  public LookupRuntimeProvider getLookupRuntimeProvider(LookupContext context) {
    List<Column> given =
        Arrays.stream(context.getKeys()).map(path -> columns.get(path[0])).toList();
    LookupKey.requireBucketSource(table, given);
    LookupQuery query = new LookupQuery(table, columns, given, settings);
    LookupCache cache = settings.lookup().cache();
    return settings.lookup().async()
        ? async(new CassandraAsyncLookupFunction(query), cache)
        : sync(new CassandraLookupFunction(query), cache);
  }

  private static LookupRuntimeProvider async(
      CassandraAsyncLookupFunction function, LookupCache cache) {
    return cache == null
        ? AsyncLookupFunctionProvider.of(function)
        : PartialCachingAsyncLookupProvider.of(function, cache);
  }

  private static LookupRuntimeProvider sync(CassandraLookupFunction function, LookupCache cache) {
    return cache == null
        ? LookupFunctionProvider.of(function)
        : PartialCachingLookupProvider.of(function, cache);
  }

  @Override
  public DynamicTableSource copy() {
    CassandraTableSource copy = new CassandraTableSource(table, settings);
    copy.columns = columns;
    copy.filter = filter;
    copy.limit = limit;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Cassandra table " + table;
  }
}
