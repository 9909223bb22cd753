package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** The write ceiling as a row of the table {@code tally_write_ceiling} in the target's keyspace. */
final class CeilingTable implements WriteCeiling {

  /** Creating a table waits until the nodes agree on it. */
  private static final Duration CREATE_TIMEOUT = Duration.ofSeconds(30);

  private final CqlSession session;
  private final String tableName;
  private final ConsistencyLevel quorum;
  private final PreparedStatement read;
  private final PreparedStatement raise;

  /** Creates the table if the keyspace has none. */
  CeilingTable(CqlSession session, TargetTable table, Consistency consistency) {
    this.session = session;
    this.tableName = table.name();
    this.quorum = consistency.quorum();
    this.read = preparedOrCreated(session, table.keyspace());
    this.raise = session.prepare(Statements.raiseCeiling(table.keyspace()));
  }

  /**
   * The server is asked for the table, not the driver's metadata: they show a table that another
   * sink is just creating before the server lets it be used. To create it waits for the other one.
   */
  private static PreparedStatement preparedOrCreated(CqlSession session, String keyspace) {
    String select = Statements.readCeiling(keyspace);
    try {
      return session.prepare(select);
    } catch (InvalidQueryException missing) {
      session.execute(
          SimpleStatement.newInstance(Statements.createCeilings(keyspace))
              .setTimeout(CREATE_TIMEOUT));
      session.checkSchemaAgreement();
      return session.prepare(select);
    }
  }

  @Override
  public long read() {
    Row row = session.execute(read.bind(tableName).setConsistencyLevel(quorum)).one();
    return row == null ? 0 : row.getLong(0);
  }

  @Override
  public CompletionStage<Void> raise(long ceiling) {
    return session
        .executeAsync(raise.bind(tableName, ceiling, ceiling).setConsistencyLevel(quorum))
        .thenApply(result -> null);
  }
}
