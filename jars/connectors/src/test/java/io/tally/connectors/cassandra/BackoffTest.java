package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.cassandra.SinkSettings.Retry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static Backoff backoff(double random) {
    return new Backoff(new Retry(3, Duration.ofMillis(100), Duration.ofSeconds(10)), () -> random);
  }

  @Test
  void doublesUpToItsBound() {
    Backoff longest = backoff(1);
    assertThat(longest.millisAfter(1)).isEqualTo(100);
    assertThat(longest.millisAfter(2)).isEqualTo(200);
    assertThat(longest.millisAfter(7)).isEqualTo(6_400);
    assertThat(longest.millisAfter(8)).isEqualTo(10_000);
    assertThat(longest.millisAfter(1_000)).isEqualTo(10_000);
  }

  @Test
  void isHalfRandom() {
    assertThat(backoff(0).millisAfter(2)).isEqualTo(100);
    assertThat(backoff(0.5).millisAfter(2)).isEqualTo(150);
  }

  @Test
  void endsAfterTheTriesAllowed() {
    assertThat(backoff(0).exhaustedBy(2)).isFalse();
    assertThat(backoff(0).exhaustedBy(3)).isTrue();
  }
}
