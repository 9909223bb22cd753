package io.tally.connectors.cassandra;

/**
 * One Cassandra server for all test classes that leave it as it is: the one that runs at {@code
 * -Dcassandra.contact-point=127.0.0.1:9042}, or a child process of its own from {@code
 * -Dcassandra.jars=../lib/cassandra}, which ends with this JVM. Without both the tests are skipped.
 */
final class SharedServer {

  /** Each takes 5 s at most. */
  private static final int TRIES = 24;

  private static CassandraProcess own;

  private SharedServer() {}

  /** Where it answers; starts it at the first call. */
  static synchronized String contactPoint() throws Exception {
    String running = System.getProperty("cassandra.contact-point", "");
    if (!running.isEmpty()) {
      return running;
    }
    if (own == null) {
      own = CassandraProcess.start("materialized_views_enabled: true");
      Runtime.getRuntime().addShutdownHook(new Thread(SharedServer::stop));
      awaitAnswer("127.0.0.1:" + own.port());
    }
    return "127.0.0.1:" + own.port();
  }

  /** A server that listens may still take longer to answer than the connector waits. */
  private static void awaitAnswer(String contactPoint) throws CassandraSinkException {
    SinkSettings settings = new Tables().option("contact-points", contactPoint).settings();
    for (int tries = 1; ; tries++) {
      try {
        Sessions.close(Sessions.open(settings, "none"));
        return;
      } catch (CassandraSinkException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private static void stop() {
    try {
      own.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server of the tests was not stopped", e);
    }
  }
}
