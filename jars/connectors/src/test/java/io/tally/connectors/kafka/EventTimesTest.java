package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.generated.GeneratedWatermarkGeneratorSupplier.DefaultWatermarkGenerator;
import org.apache.flink.table.runtime.generated.WatermarkGenerator;
import org.apache.flink.table.watermark.WatermarkEmitStrategy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Of rows whose one column is the event time; the clock stands at 10:00, an hour ahead is allowed.
 */
class EventTimesTest {

  private static final Instant NOW = Instant.parse("2026-01-01T10:00:00Z");

  private static EventTimes eventTimes(WatermarkStrategy<RowData> watermarks) {
    EventTimes times =
        new EventTimes(watermarks, Duration.ofHours(1), Clock.fixed(NOW, ZoneOffset.UTC));
    times.open(new OpeningContext());
    return times;
  }

  private static WatermarkStrategy<RowData> watermarks() {
    return watermarks(new FirstColumn());
  }

  private static WatermarkStrategy<RowData> watermarks(WatermarkGenerator generated) {
    return WatermarkStrategy.forGenerator(
        context -> new DefaultWatermarkGenerator(generated, WatermarkEmitStrategy.ON_PERIODIC));
  }

  private static long millis(String time) {
    return Instant.parse("2026-01-01T" + time + "Z").toEpochMilli();
  }

  private static RowData row(String time) {
    return GenericRowData.of(millis(time));
  }

  @ParameterizedTest
  @CsvSource({
    "09:00:00, 09:00:00",
    "10:00:00, 09:00:00",
    "11:00:00, 10:00:00",
    "00:00:00, 09:00:00",
    // A producer's clock that is ahead allows no more than the reader's own.
    "11:00:00, 23:00:00",
  })
  void takesWhatIsNotTooFarAhead(String eventTime, String recorded) {
    assertThat(eventTimes(watermarks()).judge(row(eventTime), millis(recorded))).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10:00:00.001 | 09:00:00 | the event time 2026-01-01T10:00:00.001Z is more than 1h ahead of the record's timestamp 2026-01-01T09:00:00Z",
        "11:00:00.001 | 10:00:00 | the event time 2026-01-01T11:00:00.001Z is more than 1h ahead of the clock 2026-01-01T10:00:00Z",
        "11:00:00.001 | 23:00:00 | the event time 2026-01-01T11:00:00.001Z is more than 1h ahead of the clock 2026-01-01T10:00:00Z",
      })
  void refusesWhatIsTooFarAhead(String eventTime, String recorded, String text) {
    assertThat(eventTimes(watermarks()).judge(row(eventTime), millis(recorded)))
        .isEqualTo(new Fault(Fault.Reason.TOO_FAR_AHEAD, text));
  }

  @Test
  void asksTheClockAnewBeforeItRefuses() {
    Iterator<Instant> readings = List.of(NOW, NOW, NOW.plusMillis(1)).iterator();
    EventTimes times = new EventTimes(watermarks(), Duration.ofHours(1), new Readings(readings));
    times.open(new OpeningContext());
    assertThat(times.judge(row("10:59:00"), -1)).isNull();
    assertThat(times.judge(row("10:59:30"), -1)).isNull();
    assertThat(times.judge(row("11:00:00.001"), -1)).isNotNull();
    assertThat(times.judge(row("11:00:00.001"), -1)).isNull();
    assertThat(readings.hasNext()).isFalse();
  }

  @Test
  void aRecordWithoutTimestampIsJudgedByTheClock() {
    EventTimes times = eventTimes(watermarks());
    assertThat(times.judge(row("11:00:00"), -1)).isNull();
    assertThat(times.judge(row("11:00:00.001"), -1)).isNotNull();
  }

  @Test
  void theLongestTimesAreTooFarAheadAndTheShortestAreNot() {
    EventTimes times = eventTimes(watermarks());
    assertThat(times.judge(GenericRowData.of(Long.MAX_VALUE), 0).reason())
        .isEqualTo(Fault.Reason.TOO_FAR_AHEAD);
    assertThat(times.judge(GenericRowData.of(Long.MIN_VALUE + 1), 0)).isNull();
  }

  @Test
  void refusesARowWithoutEventTime() {
    EventTimes times = eventTimes(watermarks());
    assertThat(times.judge(GenericRowData.of((Object) null), 0))
        .isEqualTo(new Fault(Fault.Reason.NO_EVENT_TIME, "the event time is null"));
    assertThat(times.judge(GenericRowData.of("no number"), 0).reason())
        .isEqualTo(Fault.Reason.NO_EVENT_TIME);
  }

  @Test
  void refusesARowWhoseWatermarkCannotBeComputed() {
    EventTimes times = eventTimes(watermarks(new DelayInSecondColumn()));
    RowData good = GenericRowData.of(millis("09:00:00"), 2L);
    assertThat(times.judge(good, millis("09:00:00"))).isNull();
    assertThat(times.delay(good)).isEqualTo(500);
    assertThat(times.judge(GenericRowData.of(millis("09:00:00"), 0L), millis("09:00:00")))
        .isEqualTo(
            new Fault(Fault.Reason.NO_EVENT_TIME, "the watermark cannot be computed: / by zero"));
  }

  @Test
  void findsTheEventTimeBehindAnIdleTimeOut() {
    EventTimes times = eventTimes(watermarks().withIdleness(Duration.ofSeconds(5)));
    assertThat(times.judge(row("09:00:00"), millis("09:00:00"))).isNull();
    assertThat(times.judge(row("11:00:00"), millis("09:00:00"))).isNotNull();
  }

  /** A clock that is asked as often as it has readings. */
  private static final class Readings extends Clock {

    private final Iterator<Instant> readings;

    Readings(Iterator<Instant> readings) {
      this.readings = readings;
    }

    @Override
    public Instant instant() {
      return readings.next();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  /** As Flink generates it for a table whose event time is its first column. */
  private static class FirstColumn extends WatermarkGenerator {

    private static final long serialVersionUID = 1L;

    @Override
    public long extractTimestamp(RowData row) {
      return row.isNullAt(0) ? Long.MIN_VALUE : row.getLong(0);
    }

    @Override
    public Long currentWatermark(RowData row) {
      return row.isNullAt(0) ? null : row.getLong(0);
    }
  }

  /** The same, {@code 1 / second column} seconds behind it. */
  private static final class DelayInSecondColumn extends FirstColumn {

    private static final long serialVersionUID = 1L;

    @Override
    public Long currentWatermark(RowData row) {
      return row.getLong(0) - 1000 / row.getLong(1);
    }
  }
}
