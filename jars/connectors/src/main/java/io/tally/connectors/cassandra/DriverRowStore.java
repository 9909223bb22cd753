package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatement;
import com.datastax.oss.driver.api.core.cql.BoundStatementBuilder;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Statement;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Sends writes through a session of the driver, as prepared statements. */
final class DriverRowStore implements RowStore {

  private final CqlSession session;
  private final PreparedStatement insert;
  private final PreparedStatement delete;
  private final boolean ttlPerRow;

  /**
   * @param ttlPerRow whether the INSERT takes the time to live, as its last value
   */
  DriverRowStore(CqlSession session, String insert, String delete, boolean ttlPerRow) {
    this.session = session;
    this.ttlPerRow = ttlPerRow;
    this.insert = session.prepare(insert);
    this.delete = session.prepare(delete);
  }

  @Override
  public CompletionStage<Void> send(List<RowWrite> writes) {
    return session.executeAsync(statement(writes)).thenApply(result -> null);
  }

  /** One statement, or an unlogged batch of them. */
  Statement<?> statement(List<RowWrite> writes) {
    if (writes.size() == 1 && writes.get(0).statements() == 1) {
      RowWrite only = writes.get(0);
      return only.sets() ? insert(only) : delete(only);
    }
    List<BatchableStatement<?>> statements = new ArrayList<>(writes.size());
    for (RowWrite write : writes) {
      addStatements(write, statements);
    }
    BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED);
    return batch.addStatements(statements).setIdempotence(true).build();
  }

  private void addStatements(RowWrite write, List<BatchableStatement<?>> statements) {
    if (write.deletes()) {
      statements.add(delete(write));
    }
    for (RowWrite upsert = write; upsert != null && upsert.sets(); upsert = upsert.older()) {
      statements.add(insert(upsert));
    }
  }

  private BoundStatement insert(RowWrite upsert) {
    BoundStatementBuilder bound = insert.boundStatementBuilder();
    int next = bind(bound, 0, upsert.cells());
    bound.setLong(next, upsert.writtenAt());
    if (ttlPerRow) {
      bound.setInt(next + 1, upsert.ttl());
    }
    return bound.build();
  }

  private BoundStatement delete(RowWrite write) {
    BoundStatementBuilder bound = delete.boundStatementBuilder().setLong(0, write.deletedAt());
    int next = bind(bound, 1, write.key().partition());
    bind(bound, next, write.key().clustering());
    return bound.build();
  }

  /** A variable that is not bound leaves its column as it is. */
  private static int bind(BoundStatementBuilder bound, int from, List<ByteBuffer> values) {
    int next = from;
    for (ByteBuffer value : values) {
      if (value != RowWrite.UNSET) {
        bound.setBytesUnsafe(next, value);
      }
      next++;
    }
    return next;
  }
}
