package io.tally.connectors.cassandra;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobInfo;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.runtime.metrics.groups.InternalSinkWriterMetricGroup;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.flink.util.UserCodeClassLoader;
import org.apache.flink.util.clock.RelativeClock;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * A task's mailbox and timers in one thread, with a clock of its own.
 *
 * <p>Time passes when the task waits: with no mail left, the next timer is due at once. Mail may
 * come from other threads too, as from a real driver; it is waited for when no timer is left.
 */
final class FakeTask
    implements WriterInitContext, MailboxExecutor, ProcessingTimeService, RelativeClock {

  private static final long DEADLOCK_SECONDS = 20;

  private final LinkedBlockingQueue<ThrowingRunnable<? extends Exception>> mails =
      new LinkedBlockingQueue<>();
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong(Timer::time).thenComparingLong(Timer::id));
  private final Map<String, Metric> registered = new HashMap<>();
  private final SinkWriterMetricGroup metrics =
      InternalSinkWriterMetricGroup.wrap(new RegisteringGroup(registered));
  private long now = 1_000_000;
  private long timersSet;
  private boolean ended;

  long gauge(String name) {
    return ((Number) ((Gauge<?>) registered.get(name)).getValue()).longValue();
  }

  long counter(String name) {
    return ((Counter) registered.get(name)).getCount();
  }

  Histogram histogram(String name) {
    return (Histogram) registered.get(name);
  }

  /** Runs something later, in the task's time. */
  void after(long millis, Runnable action) {
    timers.add(new Timer(now + millis, timersSet++, time -> action.run()));
  }

  /** Lets time pass, with all that is due in it. */
  void pass(long millis) throws Exception {
    long until = now + millis;
    while (runMail() || runTimer(until)) {}
    now = until;
  }

  /** Refuses mail from now on, as the mailbox of a task that has ended does. */
  void end() {
    ended = true;
  }

  @Override
  public void execute(
      MailOptions options,
      ThrowingRunnable<? extends Exception> command,
      String description,
      Object... args) {
    if (ended) {
      throw new RejectedExecutionException("the mailbox is closed");
    }
    mails.add(command);
  }

  @Override
  public void yield() throws InterruptedException {
    if (runMail() || runTimer(Long.MAX_VALUE)) {
      return;
    }
    ThrowingRunnable<? extends Exception> mail = mails.poll(DEADLOCK_SECONDS, TimeUnit.SECONDS);
    if (mail == null) {
      throw new AssertionError("the task waits, but nothing is to come");
    }
    run(mail);
  }

  @Override
  public boolean tryYield() {
    return runMail();
  }

  @Override
  public boolean shouldInterrupt() {
    return false;
  }

  private boolean runMail() {
    ThrowingRunnable<? extends Exception> mail = mails.poll();
    if (mail != null) {
      run(mail);
    }
    return mail != null;
  }

  private static void run(ThrowingRunnable<? extends Exception> mail) {
    try {
      mail.run();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new FlinkRuntimeException(e);
    }
  }

  private boolean runTimer(long until) {
    Timer next = timers.peek();
    if (next == null || next.time > until) {
      return false;
    }
    timers.remove();
    now = Math.max(now, next.time);
    run(() -> next.callback.onProcessingTime(next.time));
    return true;
  }

  @Override
  public long getCurrentProcessingTime() {
    return now;
  }

  @Override
  public long relativeTimeMillis() {
    return now;
  }

  @Override
  public long relativeTimeNanos() {
    return now * 1_000_000;
  }

  /** The caller has no use for the handle. */
  @Override
  public ScheduledFuture<?> registerTimer(long time, ProcessingTimeCallback callback) {
    timers.add(new Timer(time, timersSet++, callback));
    return null;
  }

  @Override
  public MailboxExecutor getMailboxExecutor() {
    return this;
  }

  @Override
  public ProcessingTimeService getProcessingTimeService() {
    return this;
  }

  @Override
  public SinkWriterMetricGroup metricGroup() {
    return metrics;
  }

  @Override
  public boolean isObjectReuseEnabled() {
    return true;
  }

  @Override
  public OptionalLong getRestoredCheckpointId() {
    return OptionalLong.empty();
  }

  @Override
  public UserCodeClassLoader getUserCodeClassLoader() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SerializationSchema.InitializationContext asSerializationSchemaInitializationContext() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> TypeSerializer<T> createInputSerializer() {
    throw new UnsupportedOperationException();
  }

  @Override
  public JobInfo getJobInfo() {
    throw new UnsupportedOperationException();
  }

  @Override
  public TaskInfo getTaskInfo() {
    throw new UnsupportedOperationException();
  }

  /** An operator's group that keeps what is registered with it. */
  private static final class RegisteringGroup
      extends UnregisteredMetricGroups.UnregisteredOperatorMetricGroup {

    private final Map<String, Metric> registered;

    RegisteringGroup(Map<String, Metric> registered) {
      this.registered = registered;
    }

    @Override
    protected void addMetric(String name, Metric metric) {
      // Some are added while the group is being made.
      if (registered != null) {
        registered.put(name, metric);
      }
    }
  }

  private record Timer(long time, long id, ProcessingTimeCallback callback) {}
}
