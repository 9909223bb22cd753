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

  @Test
  void whatIsHandedOnToTheDriverStandsAboveItsDefaults() {
    Tables table = new Tables().option("driver.advanced.reconnection-policy.max-delay", "3 s");
    assertThat(config(table).getDuration(DefaultDriverOption.RECONNECTION_MAX_DELAY))
        .isEqualTo(Duration.ofSeconds(3));
  }
}
