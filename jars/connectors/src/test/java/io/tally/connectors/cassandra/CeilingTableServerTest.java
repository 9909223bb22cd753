package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.flink.table.api.DataTypes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real server: sinks that start at once in a keyspace without a ceiling table. */
class CeilingTableServerTest {

  private static final int ROUNDS = 3;
  private static final int SINKS = 6;

  private final ExecutorService threads = Executors.newFixedThreadPool(SINKS);
  private TestKeyspace keyspace;

  @BeforeEach
  void create() throws Exception {
    keyspace = TestKeyspace.create("ceilings");
  }

  @AfterEach
  void drop() {
    threads.shutdownNow();
    keyspace.close();
  }

  @Test
  void sinksThatStartAtOnceShareOneTable() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Long>> ceilings = new ArrayList<>();
      for (int sink = 0; sink < SINKS; sink++) {
        String name = "t" + sink;
        ceilings.add(threads.submit(() -> raisedOnce(start, name)));
      }
      start.countDown();
      for (Future<Long> ceiling : ceilings) {
        assertThat(ceiling.get()).isEqualTo(7);
      }
      keyspace.execute("DROP TABLE KS." + Statements.CEILING_TABLE);
    }
  }

  private long raisedOnce(CountDownLatch start, String name) throws Exception {
    Tables table = keyspace.table(name).column("k", DataTypes.STRING().notNull()).key("k");
    start.await();
    SinkSettings settings = table.settings();
    CqlSession session = Sessions.open(settings, keyspace.named("KS"));
    try {
      CeilingTable ceiling =
          new CeilingTable(session, table.target(), settings.connection().consistency());
      ceiling.raise(7).toCompletableFuture().get();
      return ceiling.read();
    } finally {
      Sessions.close(session);
    }
  }
}
