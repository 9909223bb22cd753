package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.config.DefaultDriverOption;
import com.datastax.oss.driver.api.core.config.DriverExecutionProfile;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private static DriverExecutionProfile config(Tables table) {
    SinkSettings settings = table.settings();
    return Sessions.config(settings.connection(), "ks", 1, settings.retry().maxBackoff())
        .getInitialConfig()
        .getDefaultProfile();
  }

  /** The driver's own default is a minute. */
  @Test
  void looksForANodeThatIsAwayAsOftenAsRequestsAreTried() {
    DriverExecutionProfile byDefault = config(new Tables());
    assertThat(byDefault.getDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(byDefault.getDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY))
        .isEqualTo(Duration.ofSeconds(10));
    DriverExecutionProfile quick = config(new Tables().option("sink.retry.max-backoff", "200 ms"));
    assertThat(quick.getDuration(DefaultDriverOption.RECONNECTION_BASE_DELAY))
        .isEqualTo(Duration.ofMillis(200));
  }

  /** Without its schema a table seems to be missing, so a busy server is given time for it. */
  @Test
  void theSchemaIsWaitedForLongerThanARequest() {
    DriverExecutionProfile hasty = config(new Tables().option("request-timeout", "1 s"));
    assertThat(hasty.getDuration(DefaultDriverOption.METADATA_SCHEMA_REQUEST_TIMEOUT))
        .isEqualTo(Duration.ofSeconds(10));
    DriverExecutionProfile patient = config(new Tables().option("request-timeout", "1 min"));
    assertThat(patient.getDuration(DefaultDriverOption.METADATA_SCHEMA_REQUEST_TIMEOUT))
        .isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void whatIsHandedOnToTheDriverStandsAboveItsDefaults() {
    Tables table = new Tables().option("driver.advanced.reconnection-policy.max-delay", "3 s");
    assertThat(config(table).getDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY))
        .isEqualTo(Duration.ofSeconds(3));
  }
}
