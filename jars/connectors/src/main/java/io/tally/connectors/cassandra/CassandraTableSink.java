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
  private final SteeringColumns steering;
  private final SinkSettings settings;
  private List<Column> columnsSet;

  CassandraTableSink(TargetTable table, SteeringColumns steering, SinkSettings settings) {
    this.table = table;
    this.steering = steering;
    this.settings = settings;
    this.columnsSet = table.columns();
  }

  /**
   * Upserts with full deletes: the time bucket of a deleted row is taken from its columns, and so
   * is the write timestamp of the delete where a column holds it.
   */
  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requestedMode) {
    return ChangelogMode.upsert(false);
  }

  /**
   * Takes the columns that the statement names; a partial insert leaves the others alone.
   *
   * <p>A row that leaves the result of a partial insert is deleted whole, with the columns that
   * others have written: a row is in the table or it is not. An update is no delete, also where it
   * comes as update-before and update-after.
   *
   * @throws ValidationException if a key column or the column of the write timestamp is not among
   *     them
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
    Column timestamp = steering.timestamp();
    if (timestamp != null && !positions.contains(timestamp.position())) {
      throw new ValidationException(
          "insert into '%s' leaves out column '%s', which option 'sink.timestamp.column' names; name it too"
              .formatted(table, timestamp.name()));
    }
    return true;
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return new KeyedSinkProvider(new CassandraSink(table, columnsSet, steering, settings));
  }

  @Override
  public DynamicTableSink copy() {
    CassandraTableSink copy = new CassandraTableSink(table, steering, settings);
    copy.columnsSet = columnsSet;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return "Cassandra table " + table;
  }

  /** Sends all rows of one key to one subtask, in order. */
  private record KeyedSinkProvider(CassandraSink sink) implements DataStreamSinkProvider {

    @Override
    public DataStreamSink<?> consumeDataStream(ProviderContext context, DataStream<RowData> rows) {
      int parallelism = getParallelism().orElse(rows.getParallelism());
      DataStream<RowData> keyed =
          parallelism > 1 ? rows.keyBy(new PrimaryKeyHash(sink.table()), Types.INT) : rows;
      DataStreamSink<RowData> written =
          keyed.sinkTo(sink).name("cassandra: " + sink.table()).setParallelism(parallelism);
      context.generateUid("cassandra").ifPresent(written::uid);
      return written;
    }

    @Override
    public Optional<Integer> getParallelism() {
      return Optional.ofNullable(sink.settings().parallelism());
    }
  }
}
