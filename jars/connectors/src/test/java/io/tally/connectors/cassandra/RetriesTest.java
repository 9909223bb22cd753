package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.cassandra.SinkSettings.Retry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RetriesTest {

  private final AtomicInteger tries = new AtomicInteger();

  private CompletableFuture<String> send(int maxAttempts, int failures, Throwable error) {
    Retry retry =
        new Retry(maxAttempts, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMinutes(1));
    Supplier<CompletionStage<String>> request =
        () ->
            tries.incrementAndGet() <= failures
                ? CompletableFuture.failedFuture(error)
                : CompletableFuture.completedFuture("answer");
    return Retries.of(retry).send("lookup in ks.t", request);
  }

  @Test
  void triesAgainAfterATransientError() {
    assertThat(send(4, 3, Errors.timeout()).join()).isEqualTo("answer");
    assertThat(tries).hasValue(4);
  }

  @Test
  void endsAfterTheLastTry() {
    assertThatThrownBy(send(3, 3, Errors.timeout())::join)
        .cause()
        .isInstanceOf(CassandraSinkException.class)
        .hasMessage("lookup in ks.t failed after 3 tries: Query timed out after PT10S");
    assertThat(tries).hasValue(3);
  }

  @Test
  void doesNotTryAgainWhatStaysWrong() {
    assertThatThrownBy(send(3, 3, new IllegalArgumentException("no such column"))::join)
        .cause()
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("lookup in ks.t was refused: no such column");
    assertThat(tries).hasValue(1);
  }
}
