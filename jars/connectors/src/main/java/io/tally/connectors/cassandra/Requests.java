package io.tally.connectors.cassandra;

import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
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
  private static final long NANOS_PER_MILLI = 1_000_000;

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

  /** Something to be sent to Cassandra until it is acknowledged; used once. */
  abstract static class Request {

    private final String what;
    private long since;
    private int tries;

    /**
     * @param what names the request in errors, such as {@code write to ks.t}
     */
    Request(String what) {
      this.what = what;
    }

    /** Names the request in the error that ends the job, such as {@code write to ks.t}. */
    String subject() {
      return what;
    }

    /** Sends it once; called again for each further try. */
    abstract CompletionStage<Void> send();

    /** Runs in the mailbox, once, so many nanoseconds after the first try. */
    abstract void acknowledged(long nanos);

    /** Runs in the mailbox before each further try. */
    void retried() {}

    /** Runs in the mailbox before the job fails. */
    void failed() {}
  }

  /** Sends a request; call it from the mailbox. */
  void send(Request request) {
    request.since = clock.relativeTimeNanos();
    attempt(request);
  }

  private void attempt(Request request) {
    request.tries++;
    start(request).whenComplete((nothing, error) -> post(request, error));
  }

  private static CompletionStage<Void> start(Request request) {
    try {
      return request.send();
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void post(Request request, Throwable error) {
    try {
      mailbox.execute(() -> answered(request, error), request.what);
    } catch (RejectedExecutionException e) {
      // The task has ended, and with it the interest in this answer.
      if (!closed) {
        throw e;
      }
    }
  }

  private void answered(Request request, Throwable error) throws CassandraSinkException {
    if (closed) {
      return;
    }
    long nanos = clock.relativeTimeNanos() - request.since;
    if (error == null) {
      request.acknowledged(nanos);
      return;
    }
    if (!DriverErrors.isTransient(error)) {
      request.failed();
      throw new CassandraRefusedException(
          "%s was refused: %s".formatted(request.subject(), DriverErrors.oneLine(error)), error);
    }
    long millis = nanos / NANOS_PER_MILLI;
    if (backoff.exhaustedBy(request.tries, millis)) {
      request.failed();
      throw exhausted(request, millis, error);
    }
    retryLater(request, backoff.millisAfter(request.tries, millis), error);
  }

  private static CassandraSinkException exhausted(Request request, long millis, Throwable error) {
    return new CassandraSinkException(
        String.format(
            Locale.ROOT,
            "%s failed after %d tries in %.1f s: %s",
            request.what,
            request.tries,
            millis / 1_000.0,
            DriverErrors.oneLine(error)),
        error);
  }

  private void retryLater(Request request, long wait, Throwable error) {
    LOG.debug(
        "{} failed on try {}, next in {} ms: {}",
        request.what,
        request.tries,
        wait,
        DriverErrors.oneLine(error));
    request.retried();
    timers.registerTimer(timers.getCurrentProcessingTime() + wait, time -> attempt(request));
  }

  /** Ignores answers from now on. */
  void close() {
    closed = true;
  }
}
