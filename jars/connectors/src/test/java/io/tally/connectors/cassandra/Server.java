package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A keyspace of a test class on the {@link SharedServer}. */
final class Server implements BeforeAllCallback, AfterAllCallback {

  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  final String keyspace = "connectors_" + System.nanoTime();
  private String contactPoint;
  private CqlSession session;

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    contactPoint = SharedServer.contactPoint();
    session = Sessions.open(table("none").settings(), keyspace);
    execute(
        "CREATE KEYSPACE KS WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (session != null) {
      execute("DROP KEYSPACE IF EXISTS KS");
      session.close();
    }
  }

  CqlSession session() {
    return session;
  }

  /** Replaces KS by the keyspace. */
  String text(String text) {
    return text.replace("KS", keyspace);
  }

  void execute(String cql) {
    session.execute(SimpleStatement.newInstance(text(cql)).setTimeout(SCHEMA_TIMEOUT));
  }

  List<Row> rows(String cql) {
    return session.execute(text(cql)).all();
  }

  /**
   * Whether the server was ever asked for this, by one subtask: of two that prepare a statement at
   * once, each may take the other's row out of the table (CASSANDRA-17401).
   */
  boolean hasPrepared(String cql) {
    return rows("SELECT query_string FROM system.prepared_statements").stream()
        .anyMatch(row -> text(cql).equals(row.getString(0)));
  }

  Tables table(String name) {
    return new Tables()
        .option("contact-points", contactPoint)
        .option("keyspace", keyspace)
        .option("table", name);
  }

  Tables kv(String name) {
    return table(name)
        .column("k", DataTypes.STRING().notNull())
        .column("v", DataTypes.BIGINT())
        .key("k");
  }

  /** The statement that declares a table to Flink. */
  String createTable(String name, String columns, String options) {
    return """
        CREATE TABLE `%s` (%s) WITH (
          'connector' = 'cassandra', 'contact-points' = '%s', 'keyspace' = '%s', 'table' = '%s'%s)
        """
        .formatted(
            name, columns, contactPoint, keyspace, name, options.isEmpty() ? "" : ", " + options);
  }
}
