package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriverOptionsTest {

  private static Tables table() {
    return new Tables().column("k", DataTypes.STRING().notNull()).key("k");
  }

  @Test
  void handsOptionsOnInTheirTypes() {
    Map<String, String> values =
        table()
            .option("driver.advanced.connection.pool.local.size", "2")
            .option("driver.advanced.heartbeat.interval", "15 s")
            .option("driver.advanced.socket.tcp-no-delay", "false")
            .option("driver.advanced.protocol.compression", "lz4")
            .option("driver.advanced.request-tracker.classes", "a;b")
            .settings()
            .connection()
            .driver();
    var builder = DriverConfigLoader.programmaticBuilder();
    DriverOptions.apply(values, builder);
    DriverExecutionProfile config = builder.build().getInitialConfig().getDefaultProfile();
    assertThat(config.getInt(DefaultDriverOption.CONNECTION_POOL_LOCAL_SIZE)).isEqualTo(2);
    assertThat(config.getDuration(DefaultDriverOption.HEARTBEAT_INTERVAL))
        .isEqualTo(Duration.ofSeconds(15));
    assertThat(config.getBoolean(DefaultDriverOption.SOCKET_TCP_NODELAY)).isFalse();
    assertThat(config.getString(DefaultDriverOption.PROTOCOL_COMPRESSION)).isEqualTo("lz4");
    assertThat(config.getStringList(DefaultDriverOption.REQUEST_TRACKER_CLASSES))
        .isEqualTo(List.of("a", "b"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basic.contact-points | is the connector's own; use 'contact-points'",
        "basic.load-balancing-policy.local-datacenter | is the connector's own; use 'local-datacenter'",
        "basic.session-keyspace | is the connector's own; use 'keyspace'",
        "basic.request.timeout | is the connector's own; use 'request-timeout'",
        "basic.request.consistency | is the connector's own; use 'consistency-level'",
        "basic.request.default-idempotence | is the connector's own; every write of the sink is idempotent",
        "advanced.timestamp-generator.class | is the connector's own; use 'sink.timestamp.column', or leave it out",
        "advanced.auth-provider.password | is the connector's own; use 'username' and 'password'",
        "advanced.ssl-engine-factory.class | is the connector's own; use 'ssl.enabled' and its companions",
        "advanced.metadata.schema.enabled | is the connector's own; the tables' schema is always read",
        "advanced.metrics.session.enabled | is the connector's own; use Flink's metrics of the sink",
        "advanced.conection.pool.local.size | is unknown to the driver; the nearest is 'driver.advanced.connection.pool.local.size'",
        "advanced.heartbeat.interval | cannot be 'often'; its type is java.time.Duration",
      })
  void refusesWhatTheConnectorReliesOnAndWhatTheDriverLacks(String path, String message) {
    assertThatThrownBy(table().option("driver." + path, "often")::sink)
        .rootCause()
        .isInstanceOf(ValidationException.class)
        .hasMessage("option 'driver.%s' %s".formatted(path, message));
  }

  @Test
  void findsTheNearestName() {
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestName.of("b", List.of("aaa", "ab", "abc"))).isEqualTo("ab");
  }
}
