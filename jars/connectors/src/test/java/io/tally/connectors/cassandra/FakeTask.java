package io.tally.connectors.cassandra;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
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
 * A task's mailbox and timers in one thread, in a time of its own or of several attempts.
 *
 * <p>Time passes when the task waits: with no mail left, the next timer is due at once. Mail may
 * come from other threads too, as from a real driver; it is waited for when no timer is left.
 */
final class FakeTask
    implements WriterInitContext, MailboxExecutor, ProcessingTimeService, RelativeClock {

  private static final long DEADLOCK_MILLIS = 20_000;

  private final FakeTime time;
  private final long deadlockMillis;

  private final LinkedBlockingQueue<ThrowingRunnable<? extends Exception>> mails =
      new LinkedBlockingQueue<>();
  private final Map<String, Metric> registered = new HashMap<>();
  private final SinkWriterMetricGroup metrics =
      InternalSinkWriterMetricGroup.wrap(new RegisteringGroup(registered));
  private boolean ended;

  FakeTask() {
    this(new FakeTime(), DEADLOCK_MILLIS);
  }

  private FakeTask(FakeTime time, long deadlockMillis) {
    this.time = time;
    this.deadlockMillis = deadlockMillis;
  }

  /** A task that gets mail from its own thread only. */
  static FakeTask in(FakeTime time) {
    return new FakeTask(time, 0);
  }

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
    time.at(time.now() + millis, action::run);
  }

  /** Lets time pass, with all that is due in it. */
  void pass(long millis) throws Exception {
    long until = time.now() + millis;
    while (runMail() || goOn(until)) {}
    time.goOnTo(until);
  }

  /** Refuses mail and timers from now on, as a task that has ended does. */
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
    if (runMail() || goOn(Long.MAX_VALUE)) {
      return;
    }
    ThrowingRunnable<? extends Exception> mail = mails.poll(deadlockMillis, TimeUnit.MILLISECONDS);
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

  private boolean goOn(long until) {
    boolean[] went = new boolean[1];
    run(() -> went[0] = time.next(until));
    return went[0];
  }

  @Override
  public long getCurrentProcessingTime() {
    return time.now();
  }

  @Override
  public long relativeTimeMillis() {
    return time.now();
  }

  @Override
  public long relativeTimeNanos() {
    return time.now() * 1_000_000;
  }

  /** The caller has no use for the handle. */
  @Override
  public ScheduledFuture<?> registerTimer(long due, ProcessingTimeCallback callback) {
    time.at(
        due,
        () -> {
          if (!ended) {
            callback.onProcessingTime(due);
          }
        });
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
}
