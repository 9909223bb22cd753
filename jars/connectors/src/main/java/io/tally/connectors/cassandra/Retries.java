package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.SinkSettings.Retry;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and tries them again where that can help, as {@link Requests} does for the sink,
 * outside of a task's mailbox: answers stay on the driver's threads.
 */
record Retries(Backoff backoff) {

  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

  static Retries of(Retry retry) {
    return new Retries(new Backoff(retry, () -> ThreadLocalRandom.current().nextDouble()));
  }

  /**
   * Sends a request.
   *
   * @param what names the request in errors, such as {@code read of ks.t}
   * @param send sends it once; safe to call again
   * @return completes with {@link CassandraRefusedException} or, after the last try, with {@link
   *     CassandraSinkException} if the request finally fails
   */
  <T> CompletableFuture<T> send(String what, Supplier<? extends CompletionStage<T>> send) {
    return attempt(what, send, 1, System.nanoTime());
  }

  private <T> CompletableFuture<T> attempt(
      String what, Supplier<? extends CompletionStage<T>> send, int tries, long began) {
    return start(send)
        .toCompletableFuture()
        .exceptionallyCompose(error -> retry(what, send, tries, began, error));
  }

  private static <T> CompletionStage<T> start(Supplier<? extends CompletionStage<T>> send) {
    try {
      return send.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private <T> CompletionStage<T> retry(
      String what,
      Supplier<? extends CompletionStage<T>> send,
      int tries,
      long began,
      Throwable error) {
    if (!DriverErrors.isTransient(error)) {
      return CompletableFuture.failedFuture(
          new CassandraRefusedException(
              "%s was refused: %s".formatted(what, DriverErrors.oneLine(error)), error));
    }
    long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    if (backoff.exhaustedBy(tries, elapsed)) {
      return CompletableFuture.failedFuture(
          new CassandraSinkException(
              "%s failed after %d tries: %s".formatted(what, tries, DriverErrors.oneLine(error)),
              error));
    }
    long wait = backoff.millisAfter(tries, elapsed);
    LOG.debug(
        "{} failed on try {}, next in {} ms: {}", what, tries, wait, DriverErrors.oneLine(error));
    Executor later = CompletableFuture.delayedExecutor(wait, TimeUnit.MILLISECONDS);
    return CompletableFuture.runAsync(() -> {}, later)
        .thenCompose(nothing -> attempt(what, send, tries + 1, began));
  }
}
