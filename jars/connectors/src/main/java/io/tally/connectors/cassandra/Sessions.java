package io.tally.connectors.cassandra;

import com.datastax.dse.driver.api.core.config.DseDriverOption;
import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.CqlSessionBuilder;
import com.datastax.oss.driver.api.core.DriverException;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.DriverOption;
import com.datastax.oss.driver.api.core.metadata.Node;
import io.tally.connectors.cassandra.SinkSettings.Connection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Opens sessions of the driver. */
final class Sessions {

  /** What the driver allows by default on one connection. */
  private static final int REQUESTS_PER_CONNECTION = 1024;

  /** A server that is away is reported within seconds, however long requests may take. */
  private static final Duration MAX_CONNECT = Duration.ofSeconds(5);

  /** A schema is several requests' answers; that it is slow to come says nothing about a table. */
  private static final Duration MIN_SCHEMA_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration SCHEMA_WINDOW = Duration.ofMillis(50);

  private static final Duration FIRST_RECONNECT = Duration.ofSeconds(1);

  private static final List<DriverOption> SHUTDOWN_QUIET_PERIODS =
      List.of(
          DefaultDriverOption.NETTY_IO_SHUTDOWN_QUIET_PERIOD,
          DefaultDriverOption.NETTY_ADMIN_SHUTDOWN_QUIET_PERIOD);

  private Sessions() {}

  /**
   * Connects to the cluster.
   *
   * @throws CassandraSinkException if no contact point answers within the request time-out
   * @throws CassandraRefusedException if the login or the certificate is refused, or no node is in
   *     the data centre
   */
  static CqlSession open(SinkSettings settings, String keyspace) throws CassandraSinkException {
    return open(
        settings.connection(),
        keyspace,
        settings.buffer().inFlight(),
        settings.retry().maxBackoff());
  }

  /**
   * Connects to the cluster, as above.
   *
   * @param inFlight requests that may await their answer at once
   * @param wait longest wait between two tries of a request
   */
  static CqlSession open(Connection connection, String keyspace, int inFlight, Duration wait)
      throws CassandraSinkException {
    DriverConfigLoader config = config(connection, keyspace, inFlight, wait);
    CqlSession session = connect(connection, builder(connection, config));
    Set<String> datacenters = datacenters(session.getMetadata().getNodes().values());
    if (!datacenters.contains(connection.localDatacenter())) {
      close(session);
      throw new CassandraRefusedException(
          "no Cassandra node is in data centre '%s' (option 'local-datacenter'); there is %s"
              .formatted(connection.localDatacenter(), String.join(", ", datacenters)));
    }
    return withSchema(session, connection, keyspace);
  }

  /**
   * Makes sure that the session knows the keyspace if there is one: where the driver cannot read
   * the schema while it connects, it goes on without any, and every table seems to be missing.
   *
   * @throws CassandraSinkException if the schema cannot be read
   */
  static CqlSession withSchema(CqlSession session, Connection connection, String keyspace)
      throws CassandraSinkException {
    if (session.getMetadata().getKeyspace(CqlIdentifier.fromInternal(keyspace)).isPresent()) {
      return session;
    }
    try {
      session.refreshSchema();
      return session;
    } catch (DriverException | IllegalStateException e) {
      // The latter while its control connection is away.
      close(session);
      throw new CassandraSinkException(
          "cannot read the schema of Cassandra at %s: %s"
              .formatted(addresses(connection), DriverErrors.oneLine(e)),
          e);
    }
  }

  /** Closes a session at once: what is still unanswered is of no more interest. */
  static void close(CqlSession session) {
    session.forceCloseAsync().toCompletableFuture().join();
  }

  private static CqlSession connect(Connection connection, CqlSessionBuilder builder)
      throws CassandraSinkException {
    builder.addContactPoints(resolved(connection));
    try {
      return builder.build();
    } catch (DriverException e) {
      String reason = DriverErrors.oneLine(e);
      if (DriverErrors.isAuthentication(e)) {
        throw new CassandraRefusedException(
            "Cassandra at %s refused the login of %s: %s"
                .formatted(addresses(connection), user(connection), reason),
            e);
      }
      if (DriverErrors.isTls(e)) {
        throw new CassandraRefusedException(
            "no TLS with Cassandra at %s: %s; check the options 'ssl.*'"
                .formatted(addresses(connection), reason),
            e);
      }
      throw new CassandraSinkException(
          "cannot reach Cassandra at %s: %s".formatted(addresses(connection), reason), e);
    }
  }

  private static CqlSessionBuilder builder(Connection connection, DriverConfigLoader config) {
    CqlSessionBuilder builder =
        CqlSession.builder()
            .withClassLoader(Sessions.class.getClassLoader())
            .withConfigLoader(config)
            .withLocalDatacenter(connection.localDatacenter());
    if (connection.tls() != null) {
      builder.withSslEngineFactory(TlsEngines.of(connection.tls()));
    }
    return connection.username() == null
        ? builder
        : builder.withAuthCredentials(connection.username(), connection.password());
  }

  /** The connector's own settings of the driver, and over them what the user hands on to it. */
  static DriverConfigLoader config(
      Connection connection, String keyspace, int inFlight, Duration wait) {
    Duration timeout = connection.requestTimeout();
    Duration connect = shorter(timeout, MAX_CONNECT);
    int requests = Math.max(REQUESTS_PER_CONNECTION, 2 * inFlight);
    var config =
        DriverConfigLoader.programmaticBuilder(Sessions.class.getClassLoader())
            .withDuration(DefaultDriverOption.REQUEST_TIMEOUT, timeout)
            .withDuration(DefaultDriverOption.CONNECTION_CONNECT_TIMEOUT, connect)
            .withDuration(DefaultDriverOption.CONNECTION_INIT_QUERY_TIMEOUT, connect)
            .withDuration(DefaultDriverOption.CONTROL_CONNECTION_TIMEOUT, timeout)
            .withDuration(
                DefaultDriverOption.METADATA_SCHEMA_REQUEST_TIMEOUT,
                longer(timeout, MIN_SCHEMA_TIMEOUT))
            // A statement that changes the schema waits that long for others that change it.
            .withDuration(DefaultDriverOption.METADATA_SCHEMA_WINDOW, SCHEMA_WINDOW)
            // Otherwise a node that is back would not be looked for until retries are used up.
            .withDuration(
                DefaultDriverOption.RECONNECTION_BASE_DELAY, shorter(FIRST_RECONNECT, wait))
            .withDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY, wait)
            .withInt(DefaultDriverOption.CONNECTION_MAX_REQUESTS, requests)
            .withInt(DefaultDriverOption.NETTY_IO_SIZE, 1)
            .withInt(DefaultDriverOption.NETTY_ADMIN_SIZE, 1)
            .withStringList(
                DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of(keyspace))
            .withString(DefaultDriverOption.REQUEST_CONSISTENCY, connection.consistency().name())
            .withBoolean(DefaultDriverOption.REQUEST_DEFAULT_IDEMPOTENCE, true)
            .withBoolean(DseDriverOption.MONITOR_REPORTING_ENABLED, false)
            // Timestamps are ours; the driver must not add any.
            .withString(
                DefaultDriverOption.TIMESTAMP_GENERATOR_CLASS, "ServerSideTimestampGenerator");
    SHUTDOWN_QUIET_PERIODS.forEach(option -> config.withInt(option, 0));
    DriverOptions.apply(connection.driver(), config);
    return config.build();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** A contact point whose name is unknown does no harm beside one that is known. */
  private static List<InetSocketAddress> resolved(Connection connection)
      throws CassandraSinkException {
    List<InetSocketAddress> resolved =
        connection.contactPoints().stream()
            .map(ContactPoint::address)
            .filter(address -> !address.isUnresolved())
            .toList();
    if (resolved.isEmpty()) {
      throw new CassandraSinkException(
          "cannot reach Cassandra at %s: unknown host".formatted(addresses(connection)), null);
    }
    return resolved;
  }

  private static Set<String> datacenters(Collection<Node> nodes) {
    return nodes.stream().map(Node::getDatacenter).collect(Collectors.toCollection(TreeSet::new));
  }

  private static String addresses(Connection connection) {
    return connection.contactPoints().stream()
        .map(ContactPoint::toString)
        .collect(Collectors.joining(", "));
  }

  private static String user(Connection connection) {
    return connection.username() == null
        ? "nobody (option 'username' is not set)"
        : "user '" + connection.username() + "'";
  }
}
