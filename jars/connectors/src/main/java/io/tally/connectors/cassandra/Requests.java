package io.tally.connectors.cassandra;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
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
  private final Backoff backoff;
  private volatile boolean closed;

  Requests(MailboxExecutor mailbox, ProcessingTimeService timers, Backoff backoff) {
    this.mailbox = mailbox;
    this.timers = timers;
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
    attempt(new Request(what, send, onSuccess), 1);
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
    if (backoff.exhaustedBy(tries)) {
      throw new CassandraSinkException(
          "%s failed after %d tries: %s"
              .formatted(request.what(), tries, DriverErrors.oneLine(error)),
          error);
    }
    retryLater(request, tries, error);
  }

  private void retryLater(Request request, int tries, Throwable error) {
    long wait = backoff.millisAfter(tries);
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

  private record Request(String what, Supplier<CompletionStage<Void>> send, Runnable onSuccess) {}
}
