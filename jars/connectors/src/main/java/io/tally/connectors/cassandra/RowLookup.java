package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.table.data.RowData;

/** Reads the rows of one key after another, through a session of its own. */
final class RowLookup implements AutoCloseable {

  /** Cassandra keeps no partition of a longer key. */
  private static final int MAX_PARTITION_KEY_BYTES = 65_535;

  private final CqlSession session;
  private final String what;
  private final LookupKey key;
  private final RowDecoder decoder;
  private final PreparedStatement select;
  private final RowFilter filter;
  private final Retries retries;

  /**
   * Prepares the request.
   *
   * @throws CassandraRefusedException if the table does not fit, or is not found by these keys
   */
  RowLookup(CqlSession session, LookupQuery query) {
    TargetTable table = query.table();
    TableMetadata found = TableCheck.find(table, session.getMetadata());
    List<String> columns = query.columns().stream().map(Column::name).toList();
    this.session = session;
    this.what = "lookup in " + table;
    this.decoder = RowDecoder.of(table, query.columns(), found);
    this.key = LookupKey.of(table, query.given(), found);
    this.filter = RowFilter.of(query, key.checked());
    this.select = session.prepare(Statements.selectByKey(table, columns, key.boundNames()));
    this.retries = Retries.of(query.settings().lookup().retry());
  }

  /** The rows whose columns are as given; none if one of them is null. */
  CompletableFuture<Collection<RowData>> find(RowData given) {
    return bind(given)
        .map(statement -> read(statement, given))
        .orElseGet(() -> CompletableFuture.completedFuture(List.of()));
  }

  private CompletableFuture<Collection<RowData>> read(BoundStatement statement, RowData given) {
    return retries
        .send(what, () -> session.executeAsync(statement))
        .thenCompose(answer -> collect(answer, given, new ArrayList<>()));
  }

  /** The request, or nothing where no row can be found. */
  private Optional<BoundStatement> bind(RowData given) {
    if (filter.refusesAll(given)) {
      return Optional.empty();
    }
    BoundStatementBuilder bound = select.boundStatementBuilder();
    int partitionBytes = 0;
    for (int i = 0; i < key.bound().size(); i++) {
      ByteBuffer value = key.bound().get(i).encoder().encode(given);
      if (value == null) {
        return Optional.empty();
      }
      partitionBytes += key.bound().get(i).partitionBytes(value);
      bound.setBytesUnsafe(i, value);
    }
    // Cassandra refuses to look for such keys, which would fail the job for a row that is not
    // there.
    boolean impossible = partitionBytes == 0 || partitionBytes > MAX_PARTITION_KEY_BYTES;
    return impossible ? Optional.empty() : Optional.of(bound.build());
  }

  private CompletableFuture<Collection<RowData>> collect(
      AsyncResultSet answer, RowData given, List<RowData> rows) {
    answer
        .currentPage()
        .forEach(
            row -> {
              RowData decoded = decoder.decode(row);
              if (filter.accepts(decoded, given)) {
                rows.add(decoded);
              }
            });
    return answer.hasMorePages()
        ? retries.send(what, answer::fetchNextPage).thenCompose(next -> collect(next, given, rows))
        : CompletableFuture.completedFuture(rows);
  }

  @Override
  public void close() {
    Sessions.close(session);
  }
}
