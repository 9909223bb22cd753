package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import java.nio.file.Path;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Against a real server that takes TLS alone, and clients with a certificate that it knows alone:
 * {@code mvn package -Dcassandra.jars=../lib/cassandra}.
 */
class TlsServerTest {

  @TempDir private static Path folder;

  private static CassandraProcess server;

  @BeforeAll
  static void start() throws Exception {
    if (!CassandraProcess.jarsProperty().isEmpty()) {
      KeyStores.pair(folder, "server", "client-trust");
      KeyStores.pair(folder, "client", "server-trust");
      KeyStores.pair(folder, "stranger", "stranger-trust");
    }
    server =
        CassandraProcess.start(
            """
            client_encryption_options:
              enabled: true
              optional: false
              keystore: "%1$s/server.p12"
              keystore_password: %2$s
              require_client_auth: true
              truststore: "%1$s/server-trust.p12"
              truststore_password: %2$s
              store_type: PKCS12"""
                .formatted(folder, KeyStores.PASSWORD));
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.stop();
    }
  }

  private static Tables plain(String host) {
    return new Tables()
        .column("k", DataTypes.STRING().notNull())
        .column("v", DataTypes.BIGINT())
        .key("k")
        .option("contact-points", host + ":" + server.port());
  }

  private static Tables trusting(String host, String trustStore) {
    return plain(host)
        .option("ssl.enabled", "true")
        .option("ssl.truststore.path", folder.resolve(trustStore + ".p12").toString())
        .option("ssl.truststore.password", KeyStores.PASSWORD);
  }

  private static Tables mutual(String host) {
    return trusting(host, "client-trust")
        .option("ssl.keystore.path", folder.resolve("client.p12").toString())
        .option("ssl.keystore.password", KeyStores.PASSWORD);
  }

  private static CassandraSinkWriter open(Tables table) throws Exception {
    return new CassandraSink(
            table.target(), table.target().columns(), table.steering(), table.settings())
        .createWriter(new FakeTask());
  }

  private static String at(String host) {
    return host + ":" + server.port();
  }

  @Test
  void writesThroughMutualTlsWithTheHostNameVerified() throws Exception {
    Tables table = mutual("localhost").option("driver.advanced.connection.pool.local.size", "2");
    try (CqlSession session = Sessions.open(table.settings(), "ks")) {
      session.execute(
          "CREATE KEYSPACE ks WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
      session.execute("CREATE TABLE ks.t (k text PRIMARY KEY, v bigint)");
      assertThat(
              session
                  .getContext()
                  .getConfig()
                  .getDefaultProfile()
                  .getInt(DefaultDriverOption.CONNECTION_POOL_LOCAL_SIZE))
          .isEqualTo(2);
      CassandraSinkWriter writer = open(table);
      writer.write(GenericRowData.of(StringData.fromString("a"), 1L), null);
      writer.flush(false);
      writer.close();
      assertThat(session.execute("SELECT v FROM ks.t").one().getLong(0)).isEqualTo(1);
    }
  }

  @Test
  void refusesAServerWhoseCertificateIsNotTrusted() {
    assertThatThrownBy(() -> open(trusting("localhost", "stranger-trust")))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(
            "no TLS with Cassandra at %s: unable to find valid certification path to requested"
                    .formatted(at("localhost"))
                + " target; check the options 'ssl.*'");
  }

  @Test
  void refusesAServerOfAnotherName() throws Exception {
    assertThatThrownBy(() -> open(mutual("127.0.0.2")))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessageStartingWith("no TLS with Cassandra at %s: No ".formatted(at("127.0.0.2")))
        .hasMessageContaining("127.0.0.2 found")
        .hasMessageEndingWith("; check the options 'ssl.*'");
    Tables unverified = mutual("127.0.0.2").option("ssl.hostname-verification", "false");
    Sessions.close(Sessions.open(unverified.settings(), "ks"));
  }

  @Test
  void refusesToGoOnWithoutTheCertificateThatTheServerAsksFor() {
    assertThatThrownBy(() -> open(trusting("localhost", "client-trust")))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessageStartingWith("no TLS with Cassandra at %s: ".formatted(at("localhost")))
        .hasMessageEndingWith("; check the options 'ssl.*'");
  }

  @Test
  void saysThatAPlainConnectionWasClosed() {
    assertThatThrownBy(() -> open(plain("localhost")))
        .isInstanceOf(CassandraSinkException.class)
        .hasMessageStartingWith("cannot reach Cassandra at %s: ".formatted(at("localhost")));
  }
}
