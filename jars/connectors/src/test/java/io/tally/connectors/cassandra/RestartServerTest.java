package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.datastax.oss.driver.api.core.CqlSession;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Against a real server that is killed and started again: {@code mvn package
 * -Dcassandra.jars=../lib/cassandra}.
 */
class RestartServerTest {

  private static final String READ = "SELECT release_version FROM system.local";

  private static CassandraProcess server;

  @BeforeAll
  static void start() throws Exception {
    server = CassandraProcess.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  @Test
  void whatFailsMeanwhilePassesAndTheServerIsFoundAgainWithinTheLongestWait() throws Exception {
    Tables table = new Tables().option("contact-points", "127.0.0.1:" + server.port());
    try (CqlSession session = Sessions.open(table.settings(), "ks")) {
      assertThat(session.execute(READ).one()).isNotNull();
      server.kill();
      for (int i = 0; i < 3; i++) {
        assertThat(catchThrowable(() -> session.execute(READ))).matches(DriverErrors::isTransient);
      }
      server.startAgain();
      long listening = System.nanoTime();
      Throwable error;
      while ((error = catchThrowable(() -> session.execute(READ))) != null) {
        assertThat(error).matches(DriverErrors::isTransient);
        Duration away = Duration.ofNanos(System.nanoTime() - listening);
        assertThat(away).isLessThan(table.settings().retry().maxBackoff().multipliedBy(2));
        TimeUnit.MILLISECONDS.sleep(100);
      }
    }
  }

  /** It is no reason to say that a table is missing, which no later try would mend. */
  @Test
  void aSchemaThatCannotBeReadIsNotTakenForAnEmptyOne() throws Exception {
    Tables table = new Tables().option("contact-points", "127.0.0.1:" + server.port());
    SinkSettings.Connection connection = table.settings().connection();
    CqlSession session = Sessions.open(table.settings(), "ks");
    server.kill();
    try {
      assertThatThrownBy(() -> Sessions.withSchema(session, connection, "other"))
          .isInstanceOf(CassandraSinkException.class)
          .isNotInstanceOf(CassandraRefusedException.class)
          .hasMessageStartingWith(
              "cannot read the schema of Cassandra at 127.0.0.1:%d: ".formatted(server.port()));
      assertThat(session.isClosed()).isTrue();
    } finally {
      server.startAgain();
    }
  }
}
