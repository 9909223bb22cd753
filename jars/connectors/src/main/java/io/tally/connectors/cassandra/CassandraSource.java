package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.table.data.RowData;

/**
 * Reads a table once, from one end of the token ring to the other.
 *
 * @param columns the columns to read
 * @param filter what may spare it the most of the ring
 * @param limit rows that are enough, or {@link Statements#NO_LIMIT}
 */
record CassandraSource(
    TargetTable table, List<Column> columns, KeyFilter filter, long limit, ReadSettings settings)
    implements Source<RowData, TokenSplit, PendingSplits> {

  /** Splits for each subtask, so that one with large partitions does not hold up the scan. */
  private static final int SPLITS_PER_SUBTASK = 4;

  /** The page that is read and the one that is asked for. */
  private static final int REQUESTS_IN_FLIGHT = 2;

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<TokenSplit, PendingSplits> createEnumerator(
      SplitEnumeratorContext<TokenSplit> context) {
    return restoreEnumerator(context, new PendingSplits(false, List.of()));
  }

  @Override
  public SplitEnumerator<TokenSplit, PendingSplits> restoreEnumerator(
      SplitEnumeratorContext<TokenSplit> context, PendingSplits pending) {
    int splits =
        settings.scan().splitCount() == null
            ? SPLITS_PER_SUBTASK * context.currentParallelism()
            : settings.scan().splitCount();
    return new TokenSplitEnumerator(context, () -> cutRing(splits), pending);
  }

  /** Asks the cluster for its ring; blocks. */
  List<TokenSplit> cutRing(int splits) throws IOException {
    return Opening.with(
        table,
        () -> settings.connect(table.keyspace(), REQUESTS_IN_FLIGHT),
        session -> {
          List<TokenSplit> cut = cut(session, splits);
          Sessions.close(session);
          return cut;
        });
  }

  private List<TokenSplit> cut(CqlSession session, int splits) {
    TableMetadata found = TableCheck.find(table, session.getMetadata());
    return filter
        .split(table, found, ring(session))
        .map(List::of)
        .orElseGet(() -> TokenSplits.of(ring(session), splits));
  }

  static TokenMap ring(CqlSession session) {
    return session
        .getMetadata()
        .getTokenMap()
        .orElseThrow(
            () ->
                new CassandraRefusedException(
                    "the driver knows no tokens of the cluster, by which a scan is cut;"
                        + " its option 'advanced.metadata.token-map.enabled' must be true"));
  }

  @Override
  public SourceReader<RowData, TokenSplit> createReader(SourceReaderContext context)
      throws IOException {
    return new CassandraSourceReader(open(), limit, context);
  }

  /**
   * Connects and checks the table.
   *
   * @throws CassandraSinkException if Cassandra does not answer
   * @throws CassandraRefusedException if the table does not fit
   */
  PageRequests open() throws CassandraSinkException {
    return Opening.with(
        table,
        () -> settings.connect(table.keyspace(), REQUESTS_IN_FLIGHT),
        session -> new PageRequests(session, this));
  }

  int pageRows() {
    int most = settings.scan().fetchSize();
    return limit == Statements.NO_LIMIT ? most : (int) Math.max(1, Math.min(most, limit));
  }

  @Override
  public SimpleVersionedSerializer<TokenSplit> getSplitSerializer() {
    return new TokenSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<PendingSplits> getEnumeratorCheckpointSerializer() {
    return new PendingSplits.Serializer();
  }
}
