package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.cassandra.SinkSettings.Retry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {

  private static Backoff backoff(double random) {
    return new Backoff(
        new Retry(3, Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofMinutes(1)),
        () -> random);
  }

  @Test
  void doublesUpToItsBound() {
    Backoff longest = backoff(1);
    assertThat(longest.millisAfter(1, 0)).isEqualTo(100);
    assertThat(longest.millisAfter(2, 0)).isEqualTo(200);
    assertThat(longest.millisAfter(7, 0)).isEqualTo(6_400);
    assertThat(longest.millisAfter(8, 0)).isEqualTo(10_000);
    assertThat(longest.millisAfter(1_000, 0)).isEqualTo(10_000);
  }

  @Test
  void isHalfRandom() {
    assertThat(backoff(0).millisAfter(2, 0)).isEqualTo(100);
    assertThat(backoff(0.5).millisAfter(2, 0)).isEqualTo(150);
  }

  @Test
  void endsAfterTheTriesAllowed() {
    assertThat(backoff(0).exhaustedBy(2, 0)).isFalse();
    assertThat(backoff(0).exhaustedBy(3, 0)).isTrue();
  }

  @Test
  void endsAfterTheTimeAllowedWithALastTryThen() {
    assertThat(backoff(1).millisAfter(8, 59_000)).isEqualTo(1_000);
    assertThat(backoff(0).exhaustedBy(1, 59_999)).isFalse();
    assertThat(backoff(0).exhaustedBy(1, 60_000)).isTrue();
  }

  /** A node that restarts refuses connections at once, so that the waits are all there is. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 1})
  void rideOutARestartByDefault(double random) {
    Backoff byDefault = new Backoff(new Tables().settings().retry(), () -> random);
    long elapsed = 0;
    int tries = 1;
    while (!byDefault.exhaustedBy(tries, elapsed)) {
      elapsed += byDefault.millisAfter(tries++, elapsed);
    }
    assertThat(Duration.ofMillis(elapsed)).isEqualTo(Duration.ofMinutes(2));
  }
}
