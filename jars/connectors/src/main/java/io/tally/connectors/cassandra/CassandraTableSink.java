package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.abilities.SupportsTargetColumnWriting;
import org.apache.flink.table.data.RowData;

/** Plans the sink: which changes it takes, which columns it sets, and that its input is keyed. */
final class CassandraTableSink implements DynamicTableSink, SupportsTargetColumnWriting {

  private final TargetTable table;
  private final SinkSettings settings;
  private List<Column> columnsSet;

  CassandraTableSink(TargetTable table, SinkSettings settings) {
    this.table = table;
    this.settings = settings;
    this.columnsSet = table.columns();
  }

  /** Upserts with full deletes: the time bucket of a deleted row is taken from its columns. */
  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requestedMode) {
    return ChangelogMode.upsert(false);
  }

  /**
   * Takes the columns that the statement names; a partial insert leaves the others alone.
   *
   * @throws ValidationException if a key column is not among them
   */
  @Override
  public boolean applyTargetColumns(int[][] paths) {
    List<Integer> positions = Arrays.stream(paths).map(path -> path[0]).toList();
    columnsSet = table.columns().stream().filter(c -> positions.contains(c.position())).toList();
    for (String key : table.primaryKey()) {
      if (!columnsSet.contains(table.column(key))) {
        throw new ValidationException(
            "insert into '%s' leaves out the primary key column '%s'; name it too"
                .formatted(table, key));
      }
    }
    return true;
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return new KeyedSinkProvider(table, settings, columnsSet);
  }

  @Override
  public DynamicTableSink copy() {
    CassandraTableSink copy = new CassandraTableSink(table, settings);
    copy.columnsSet = columnsSet;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Cassandra table " + table;
  }

  /** Sends all rows of one key to one subtask, in order. */
  private record KeyedSinkProvider(TargetTable table, SinkSettings settings, List<Column> columns)
      implements DataStreamSinkProvider {

    @Override
    public DataStreamSink<?> consumeDataStream(ProviderContext context, DataStream<RowData> rows) {
      int parallelism = getParallelism().orElse(rows.getParallelism());
      DataStream<RowData> keyed =
          parallelism > 1 ? rows.keyBy(new PrimaryKeyHash(table), Types.INT) : rows;
      DataStreamSink<RowData> sink =
          keyed
              .sinkTo(new CassandraSink(table, columns, settings))
              .name("cassandra: " + table)
              .setParallelism(parallelism);
      context.generateUid("cassandra").ifPresent(sink::uid);
      return sink;
    }

    @Override
    public Optional<Integer> getParallelism() {
      return Optional.ofNullable(settings.parallelism());
    }
  }
}
