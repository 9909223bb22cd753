package io.tally.connectors.lost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.lost.LossPolicy.Then;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.ValidationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossPolicyTest {

  private static LossPolicy policy(String action, String reset) {
    Map<String, String> options = action == null ? Map.of() : Map.of("lost-records.action", action);
    Properties properties = new Properties();
    if (reset != null) {
      properties.setProperty("auto.offset.reset", reset);
    }
    return LossPolicy.of("events", Configuration.fromMap(options), properties);
  }

  @ParameterizedTest
  @CsvSource({
    ",, STOP",
    ", none, STOP",
    ", earliest, EARLIEST",
    ", LATEST, LATEST",
    "count,, EARLIEST",
    "count, none, EARLIEST",
    "count, latest, LATEST",
    "stop,, STOP",
    "stop, earliest, STOP",
  })
  void theActionOverridesTheReset(String action, String reset, Then then) {
    assertThat(policy(action, reset)).isEqualTo(new LossPolicy("events", then));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> policy("skip", null))
        .isInstanceOf(ValidationException.class)
        .hasMessage("option 'lost-records.action' is 'skip'; it must be stop or count")
        .hasNoCause();
    assertThatThrownBy(() -> policy(null, "first"))
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            "option 'properties.auto.offset.reset' is 'first'; it must be earliest, latest or none");
  }
}
