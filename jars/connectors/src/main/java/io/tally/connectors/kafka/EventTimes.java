package io.tally.connectors.kafka;

import java.io.Serializable;
import java.lang.reflect.Field;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.eventtime.WatermarksWithIdleness;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.table.api.TableRuntimeException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.generated.GeneratedWatermarkGeneratorSupplier.DefaultWatermarkGenerator;
import org.apache.flink.util.clock.RelativeClock;
import org.apache.flink.util.clock.SystemClock;

/**
 * Judges the event time of rows: it must be there, and not too far ahead, or it would push the
 * watermark and make everyone else late.
 */
final class EventTimes implements Serializable {

  private static final long serialVersionUID = 1L;

  private final WatermarkStrategy<RowData> watermarks;
  private final Duration maxAhead;
  private final Clock clock;
  private transient DefaultWatermarkGenerator generated;
  private transient Supplier<DefaultWatermarkGenerator> generators;
  private transient Mark mark;
  private transient long last;
  private transient long now;

  EventTimes(WatermarkStrategy<RowData> watermarks, Duration maxAhead, Clock clock) {
    this.watermarks = watermarks;
    this.maxAhead = maxAhead;
    this.clock = clock;
  }

  void open(DeserializationSchema.InitializationContext context) {
    generators = () -> generatedBy(watermarks.createWatermarkGenerator(new Opening(context)));
    generated = generators.get();
    mark = new Mark();
  }

  /** With an idle time-out Flink wraps the generator, and gives no way to what is inside. */
  private static DefaultWatermarkGenerator generatedBy(WatermarkGenerator<RowData> generator) {
    if (!(generator instanceof WatermarksWithIdleness)) {
      return (DefaultWatermarkGenerator) generator;
    }
    try {
      Field inside = WatermarksWithIdleness.class.getDeclaredField("watermarks");
      inside.setAccessible(true);
      return (DefaultWatermarkGenerator) inside.get(generator);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Flink than 2.3: no event time to be found", e);
    }
  }

  /**
   * Judges one row.
   *
   * @param kafkaTimestamp of its record, in epoch milliseconds
   * @return null, or what is wrong with its event time
   */
  Fault judge(RowData row, long kafkaTimestamp) {
    long eventTime;
    last = Long.MIN_VALUE;
    try {
      eventTime = generated.extractTimestamp(row);
    } catch (TableRuntimeException e) {
      return noEventTime("the event time cannot be computed: " + cause(e));
    }
    if (eventTime == Long.MIN_VALUE) {
      return noEventTime("the event time is null");
    }
    last = eventTime;
    Fault ahead = ahead(eventTime, kafkaTimestamp);
    return ahead == null ? unmarked(row) : ahead;
  }

  /** Its watermark is computed here first: where Flink does so, it would stop the job. */
  private Fault unmarked(RowData row) {
    try {
      generated.onEvent(row, last, mark);
      return null;
    } catch (TableRuntimeException e) {
      return noEventTime("the watermark cannot be computed: " + cause(e));
    }
  }

  /** Returns the event time of the row that was judged last, in epoch milliseconds. */
  long last() {
    return last;
  }

  /** Returns by how much the watermark of the row that was judged last is behind its event time. */
  long delay(RowData row) {
    Mark mark = new Mark();
    DefaultWatermarkGenerator fresh = generators.get();
    fresh.onEvent(row, last, mark);
    fresh.onPeriodicEmit(mark);
    return mark.time == Long.MIN_VALUE ? 0 : Math.max(0, last - mark.time);
  }

  private static final class Mark implements WatermarkOutput {
    private long time = Long.MIN_VALUE;

    @Override
    public void emitWatermark(Watermark watermark) {
      time = watermark.getTimestamp();
    }

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}
  }

  private Fault ahead(long eventTime, long kafkaTimestamp) {
    // It only goes on, and to ask it for each row costs as much as to decode a small one.
    if (isInReach(eventTime, kafkaTimestamp)) {
      return null;
    }
    now = clock.millis();
    return isInReach(eventTime, kafkaTimestamp) ? null : tooFarAhead(eventTime, kafkaTimestamp);
  }

  private boolean isInReach(long eventTime, long kafkaTimestamp) {
    long present = isRecorded(kafkaTimestamp) ? kafkaTimestamp : now;
    // The present is not negative, so nothing overflows.
    return eventTime <= present || eventTime - present <= maxAhead.toMillis();
  }

  /** A topic of an old message format has no timestamps: -1. */
  private boolean isRecorded(long kafkaTimestamp) {
    return kafkaTimestamp >= 0 && kafkaTimestamp < now;
  }

  private Fault tooFarAhead(long eventTime, long kafkaTimestamp) {
    boolean recorded = isRecorded(kafkaTimestamp);
    return new Fault(
        Fault.Reason.TOO_FAR_AHEAD,
        "the event time %s is more than %s ahead of %s %s"
            .formatted(
                Instant.ofEpochMilli(eventTime),
                text(maxAhead),
                recorded ? "the record's timestamp" : "the clock",
                Instant.ofEpochMilli(recorded ? kafkaTimestamp : now)));
  }

  private static Fault noEventTime(String text) {
    return new Fault(Fault.Reason.NO_EVENT_TIME, text);
  }

  private static String cause(Throwable error) {
    Throwable last = error;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    return last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
  }

  private static String text(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }

  private record Opening(DeserializationSchema.InitializationContext context)
      implements WatermarkGeneratorSupplier.Context {
    @Override
    public MetricGroup getMetricGroup() {
      return context.getMetricGroup();
    }

    @Override
    public RelativeClock getInputActivityClock() {
      return SystemClock.getInstance();
    }
  }
}
