package io.tally.connectors.cassandra;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.util.clock.RelativeClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and tries them again where that can help.
 *
 * <p>Answers come on the driver's threads; all that follows from them runs in the task's mailbox. A
 * request that finally fails throws there, which fails the job.
 */
final class Requests {

  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);

  private final MailboxExecutor mailbox;
  private final ProcessingTimeService timers;
  private final RelativeClock clock;
  private final Backoff backoff;
  private volatile boolean closed;

  /**
   * @param clock measures how long a request is being tried, whatever happens to the wall clock
   */
  Requests(
      MailboxExecutor mailbox, ProcessingTimeService timers, RelativeClock clock, Backoff backoff) {
    this.mailbox = mailbox;
    this.timers = timers;
    this.clock = clock;
    this.backoff = backoff;
  }

  /**
   * Sends a request; call it from the mailbox.
   *
   * @param what names the request in errors, such as {@code write to ks.t}
   * @param send sends it once; safe to call again
   * @param onSuccess runs in the mailbox, once
   */
  void send(String what, Supplier<CompletionStage<Void>> send, Runnable onSuccess) {
    attempt(new Request(what, send, onSuccess, clock.relativeTimeMillis()), 1);
  }

  private void attempt(Request request, int tries) {
    start(request.send()).whenComplete((nothing, error) -> post(request, tries, error));
  }

  private static CompletionStage<Void> start(Supplier<CompletionStage<Void>> send) {
    try {
      return send.get();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void post(Request request, int tries, Throwable error) {
    try {
      mailbox.execute(() -> answered(request, tries, error), request.what());
    } catch (RejectedExecutionException e) {
      // The task has ended, and with it the interest in this answer.
      if (!closed) {
        throw e;
      }
    }
  }

  private void answered(Request request, int tries, Throwable error) throws CassandraSinkException {
    if (closed) {
      return;
    }
    if (error == null) {
      request.onSuccess().run();
      return;
    }
    if (!DriverErrors.isTransient(error)) {
      throw new CassandraRefusedException(
          "%s was refused: %s".formatted(request.what(), DriverErrors.oneLine(error)), error);
    }
    long elapsed = clock.relativeTimeMillis() - request.since();
    if (backoff.exhaustedBy(tries, elapsed)) {
      throw new CassandraSinkException(
          String.format(
              Locale.ROOT,
              "%s failed after %d tries in %.1f s: %s",
              request.what(),
              tries,
              elapsed / 1_000.0,
              DriverErrors.oneLine(error)),
          error);
    }
    retryLater(request, tries, backoff.millisAfter(tries, elapsed), error);
  }

  private void retryLater(Request request, int tries, long wait, Throwable error) {
    LOG.debug(
        "{} failed on try {}, next in {} ms: {}",
        request.what(),
        tries,
        wait,
        DriverErrors.oneLine(error));
    timers.registerTimer(
        timers.getCurrentProcessingTime() + wait, time -> attempt(request, tries + 1));
  }

  /** Ignores answers from now on. */
  void close() {
    closed = true;
  }

  /** {@code since}: when it was first sent, in milliseconds of the clock. */
  private record Request(
      String what, Supplier<CompletionStage<Void>> send, Runnable onSuccess, long since) {}
}
