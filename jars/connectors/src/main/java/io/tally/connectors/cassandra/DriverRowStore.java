package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.BatchStatement;
import com.datastax.oss.driver.api.core.cql.BatchStatementBuilder;
import com.datastax.oss.driver.api.core.cql.BatchType;
import com.datastax.oss.driver.api.core.cql.BatchableStatement;
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

  DriverRowStore(CqlSession session, String insert, String delete) {
    this.session = session;
    this.insert = session.prepare(insert);
    this.delete = session.prepare(delete);
  }

  @Override
  public CompletionStage<Void> send(List<RowWrite> writes) {
    return session.executeAsync(statement(writes)).thenApply(result -> null);
  }

  /** One statement, or an unlogged batch of them. */
  Statement<?> statement(List<RowWrite> writes) {
    List<BatchableStatement<?>> statements = new ArrayList<>(writes.size());
    for (RowWrite write : writes) {
      if (write.deletes()) {
        statements.add(delete(write));
      }
      if (write.sets()) {
        statements.add(insert(write));
      }
    }
    if (statements.size() == 1) {
      return statements.get(0);
    }
    BatchStatementBuilder batch = BatchStatement.builder(BatchType.UNLOGGED);
    return batch.addStatements(statements).setIdempotence(true).build();
  }

  private BatchableStatement<?> insert(RowWrite write) {
    BoundStatementBuilder bound = insert.boundStatementBuilder();
    int next = bind(bound, 0, write.cells());
    return bound.setLong(next, write.writtenAt()).build();
  }

  private BatchableStatement<?> delete(RowWrite write) {
    BoundStatementBuilder bound = delete.boundStatementBuilder().setLong(0, write.deletedAt());
    int next = bind(bound, 1, write.key().partition());
    bind(bound, next, write.key().clustering());
    return bound.build();
  }

  private static int bind(BoundStatementBuilder bound, int from, List<ByteBuffer> values) {
    int next = from;
    for (ByteBuffer value : values) {
      bound.setBytesUnsafe(next++, value);
    }
    return next;
  }
}
