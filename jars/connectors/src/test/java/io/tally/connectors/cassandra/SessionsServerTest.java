package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverConfigLoader;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real server: sessions that the driver opened without a schema. */
class SessionsServerTest {

  private TestKeyspace keyspace;
  private SinkSettings settings;

  @BeforeEach
  void create() throws Exception {
    keyspace = TestKeyspace.create("sessions");
    settings = keyspace.table("t").settings();
  }

  @AfterEach
  void drop() {
    keyspace.close();
  }

  private CqlSession session(ProgrammaticDriverConfigLoaderBuilder config) {
    String name = keyspace.named("KS");
    config.withStringList(DefaultDriverOption.METADATA_SCHEMA_REFRESHED_KEYSPACES, List.of(name));
    SinkSettings.Connection connection = settings.connection();
    return CqlSession.builder()
        .withConfigLoader(config.build())
        .withLocalDatacenter(connection.localDatacenter())
        .addContactPoint(connection.contactPoints().get(0).address())
        .build();
  }

  @Test
  void schemaThatWasNotReadIsAskedForAgain() throws Exception {
    CqlSession without =
        session(
            DriverConfigLoader.programmaticBuilder()
                .withBoolean(DefaultDriverOption.METADATA_SCHEMA_ENABLED, false));
    assertThat(without.getMetadata().getKeyspaces()).isEmpty();
    String name = keyspace.named("KS");
    CqlSession with = Sessions.withSchema(without, settings.connection(), name);
    assertThat(with.getMetadata().getKeyspace('"' + name + '"')).isPresent();
    Sessions.close(with);
  }
}
