package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.metadata.token.Token;
import io.tally.connectors.cassandra.TargetTable.Column;
import io.tally.connectors.cassandra.TokenSplit.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.RowData;

/** Asks for the pages of splits. */
final class PageRequests implements AutoCloseable {

  private final CqlSession session;
  private final CqlIdentifier keyspace;
  private final TokenMap ring;
  private final String what;
  private final PreparedStatement inRange;
  private final PreparedStatement toEndOfRing;
  private final RowDecoder decoder;
  private final int rows;
  private final Retries retries;

  /**
   * Prepares the requests of a scan.
   *
   * @throws CassandraRefusedException if the table does not fit
   */
  PageRequests(CqlSession session, CassandraSource scan) {
    TargetTable table = scan.table();
    TableMetadata found = TableCheck.find(table, session.getMetadata());
    KeyColumns key = ServerTable.of(found).key();
    List<String> columns = columns(scan.columns(), key);
    this.session = session;
    this.keyspace = CqlIdentifier.fromInternal(table.keyspace());
    this.ring = CassandraSource.ring(session);
    this.what = "read of " + table;
    this.decoder = RowDecoder.of(table, scan.columns(), found);
    this.inRange =
        session.prepare(Statements.selectByToken(table, columns, key, true, scan.limit()));
    this.toEndOfRing =
        session.prepare(Statements.selectByToken(table, columns, key, false, scan.limit()));
    this.rows = scan.pageRows();
    this.retries = Retries.of(scan.settings().scan().retry());
  }

  /** A query that needs no column, such as COUNT(*), still reads one, to have the rows. */
  private static List<String> columns(List<Column> wanted, KeyColumns key) {
    return wanted.isEmpty()
        ? key.partition().subList(0, 1)
        : wanted.stream().map(Column::name).toList();
  }

  CompletableFuture<AsyncResultSet> send(TokenSplit split) {
    return retries.send(what, () -> session.executeAsync(statement(split).build()));
  }

  private BoundStatementBuilder statement(TokenSplit split) {
    Token start = ring.parse(split.start());
    BoundStatementBuilder bound;
    if (split.end() == null) {
      // The range that the ring ends with has the replicas of its first token.
      bound = toEndOfRing.boundStatementBuilder().setToken(0, start);
    } else {
      Token end = ring.parse(split.end());
      bound =
          inRange
              .boundStatementBuilder()
              .setToken(0, start)
              .setToken(1, end)
              .setRoutingKeyspace(keyspace)
              .setRoutingToken(end);
    }
    bound.setPageSize(rows);
    if (split.position() instanceof Position.After after) {
      bound.setPagingState(ByteBuffer.wrap(after.pagingState()));
    }
    return bound;
  }

  /**
   * Takes the page out of an answer.
   *
   * @throws CassandraRefusedException if a value does not fit
   */
  Page page(AsyncResultSet answer) {
    List<RowData> decoded = new ArrayList<>(answer.remaining());
    answer.currentPage().forEach(row -> decoded.add(decoder.decode(row)));
    ByteBuffer state = answer.getExecutionInfo().getPagingState();
    return new Page(decoded, state == null ? new Position.End() : new Position.After(bytes(state)));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public void close() {
    Sessions.close(session);
  }
}
