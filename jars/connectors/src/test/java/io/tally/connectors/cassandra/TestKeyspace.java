package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.RowData;

/** A keyspace of its own on the {@link SharedServer}; in CQL text it is called KS. */
final class TestKeyspace implements AutoCloseable {

  private static final Duration SCHEMA_TIMEOUT = Duration.ofSeconds(30);

  private final String contactPoint;
  private final String name;
  private final CqlSession session;

  private TestKeyspace(String contactPoint, String name, CqlSession session) {
    this.contactPoint = contactPoint;
    this.name = name;
    this.session = session;
  }

  /** Creates it; skips the test if there is no server. */
  static TestKeyspace create(String prefix) throws Exception {
    String contactPoint = SharedServer.contactPoint();
    String name = prefix + System.nanoTime();
    SinkSettings settings = new Tables().option("contact-points", contactPoint).settings();
    TestKeyspace keyspace = new TestKeyspace(contactPoint, name, Sessions.open(settings, name));
    keyspace.execute(
        "CREATE KEYSPACE KS WITH replication ="
            + " {'class': 'SimpleStrategy', 'replication_factor': 1}");
    return keyspace;
  }

  Tables table(String table) {
    return new Tables()
        .option("contact-points", contactPoint)
        .option("keyspace", name)
        .option("table", table);
  }

  /** Replaces KS by the keyspace. */
  String named(String text) {
    return text.replace("KS", name);
  }

  void execute(String cql) {
    String quoted = cql.replace("KS", '"' + name + '"');
    session.execute(SimpleStatement.newInstance(quoted).setTimeout(SCHEMA_TIMEOUT));
  }

  List<Row> rows(String cql) {
    return session.execute(cql.replace("KS", '"' + name + '"')).all();
  }

  /** Writes rows through the sink's own writer, and waits until they are acknowledged. */
  void write(Tables table, RowData... rows) throws Exception {
    write(table, Stream.of(rows));
  }

  /** Asks for a row when the one before it is written: they may be one object. */
  void write(Tables table, Stream<? extends RowData> rows) throws Exception {
    TargetTable target = table.target();
    CassandraSink sink =
        new CassandraSink(target, target.columns(), table.steering(), table.settings());
    try (CassandraSinkWriter writer = sink.createWriter(new FakeTask())) {
      for (Iterator<? extends RowData> each = rows.iterator(); each.hasNext(); ) {
        writer.write(each.next(), null);
      }
      writer.flush(false);
    }
  }

  @Override
  public void close() {
    execute("DROP KEYSPACE IF EXISTS KS");
    session.close();
  }
}
