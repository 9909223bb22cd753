package io.tally.connectors.late;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.account.MeterHarness;
import java.util.Map;
import java.util.Random;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows are 10 s long, cumulating ones up to that; these and hopping ones go by 5 s. */
class WindowDoorTest {

  private static WindowDoor door(String kind) {
    long step = kind.equals("tumbling") ? 10_000 : 5_000;
    return new WindowDoor("door-6-0", spec(kind, step));
  }

  private static WindowSpec spec(String kind, long step) {
    return new WindowSpec(kind, 10_000, step, 0, 1, -1);
  }

  private static MeterHarness open(String kind) throws Exception {
    return MeterHarness.open(door(kind), TestRows.TYPE);
  }

  private static Map<String, Long> counts(long rows, long open) {
    return Map.of("rows", rows, "open", open);
  }

  @ParameterizedTest
  @CsvSource({
    "tumbling, 2000, 1",
    "tumbling, 7000, 1",
    "hopping, 2000, 2",
    "hopping, -7000, 2",
    "cumulating, 2000, 2",
    "cumulating, 7000, 1",
    "cumulating, -7000, 2",
  })
  void aRowCountsOnceForEachOfItsWindows(String kind, long at, long windows) throws Exception {
    try (MeterHarness door = open(kind)) {
      door.row(TestRows.row(1, at)).row(TestRows.row(2, at));
      assertThat(door.counts()).isEqualTo(counts(2 * windows, 2 * windows));
    }
  }

  /** The row's windows close at 9,999 and, a hopping one, at 14,999. */
  @ParameterizedTest
  @CsvSource({
    "tumbling, 9998, 1, 1",
    "tumbling, 9999, 1, 0",
    "hopping, 9998, 2, 2",
    "hopping, 9999, 2, 1",
    "hopping, 14998, 2, 1",
    "hopping, 14999, 2, 0",
    "cumulating, 9998, 1, 1",
    "cumulating, 9999, 1, 0",
  })
  void aWindowIsOpenUntilTheWatermarkIsAtItsLastMillisecond(
      String kind, long watermark, long rows, long open) throws Exception {
    try (MeterHarness door = open(kind)) {
      door.row(TestRows.row(1, 7_000L)).watermark(watermark);
      assertThat(door.counts()).isEqualTo(counts(rows, open));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tumbling, 4999, 1",
    "hopping, 4999, 2",
    "hopping, 9999, 1",
    "hopping, 14999, 0",
    "cumulating, 4998, 2",
    "cumulating, 4999, 1",
    "cumulating, 9999, 0",
  })
  void aRowThatIsLateForSomeOfItsWindowsCountsForTheOpenOnes(
      String kind, long watermark, long windows) throws Exception {
    RowData row = TestRows.row(1, kind.equals("hopping") ? 7_000L : 2_000L);
    OperatorSubtaskState state;
    try (MeterHarness door = open(kind)) {
      state = door.watermark(watermark).checkpoint(1);
      assertThat(door.row(row).counts()).isEqualTo(counts(windows, windows));
      assertThat(door.rows()).containsExactly(row);
    }
    try (MeterHarness door = MeterHarness.restore(door(kind), TestRows.TYPE, 1, 0, state)) {
      assertThat(door.row(row).counts())
          .as("right after a restore")
          .isEqualTo(counts(windows, windows));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, 0, Long.MAX_VALUE})
  void aRowWithoutTimeGoesOnButIntoNoWindow(long watermark) throws Exception {
    try (MeterHarness door = open("hopping")) {
      RowData row = TestRows.row(1, (Long) null);
      assertThat(door.watermark(watermark).row(row).counts()).isEqualTo(counts(0, 0));
      assertThat(door.rows()).containsExactly(row);
    }
  }

  @Test
  void attachedWindowsAreThoseThatTheRowBears() throws Exception {
    WindowDoor attached = new WindowDoor("door-6-0", spec("attached", 0));
    try (MeterHarness door = MeterHarness.open(attached, TestRows.TYPE)) {
      door.row(TestRows.row(1, 10_000L)).row(TestRows.row(2, 20_000L)).watermark(9_999);
      assertThat(door.counts()).isEqualTo(counts(2, 1));
    }
  }

  /** What the gate ahead lets on is what the door counts, row by row and window by window. */
  @ParameterizedTest
  @ValueSource(strings = {"tumbling", "hopping", "cumulating"})
  void countsWhatTheGateAheadHasNotRefused(String kind) throws Exception {
    Random random = new Random(11);
    GateSpec spec =
        new GateSpec(
            6,
            0,
            spec(kind, kind.equals("tumbling") ? 10_000 : 5_000),
            new Identity("", -1, -1, -1),
            "orders_by_hour",
            "orders",
            "shop.late",
            "gate-6-0");
    try (GateHarness gate = GateHarness.open(spec);
        MeterHarness door = open(kind)) {
      int handedOn = 0;
      for (long now = -30_000; now < 300_000; now += random.nextInt(700)) {
        gate.row(1, now - random.nextInt(20_000));
        for (RowData row : gate.passedSince(handedOn)) {
          door.row(row);
          handedOn++;
        }
        if (random.nextInt(4) == 0) {
          gate.watermark(now - 5_000);
          door.watermark(now - 5_000);
        }
      }
      Map<String, Long> refused = gate.counts();
      assertThat(refused.get("late")).isPositive();
      assertThat(door.counts().get("rows")).isEqualTo(refused.get("pairs") - refused.get("late"));
      assertThat(door.watermark(Long.MAX_VALUE).counts().get("open")).isZero();
    }
  }
}
