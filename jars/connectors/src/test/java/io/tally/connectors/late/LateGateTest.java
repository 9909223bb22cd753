package io.tally.connectors.late;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.account.MeterHarness;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows are 10 s long; hopping ones start every 5 s. */
class LateGateTest {

  private static final GateSpec TUMBLING = gate("tumbling", 10_000);
  private static final GateSpec HOPPING = gate("hopping", 5_000);
  private static final GateSpec MOMENT = gate("moment", 0);

  private static GateSpec gate(String kind, long step) {
    return new GateSpec(
        7,
        0,
        new WindowSpec(kind, 10_000, step, 0, 1, -1),
        new Identity("", -1, -1, -1),
        "orders_by_hour",
        "orders",
        "shop.late",
        "gate-7-0");
  }

  /** What comes of the row (1, 7 s). */
  private static RowData late(Long start, Long end, long watermark, long lateBy) {
    return GenericRowData.of(
        "{\"id\":1,\"at\":\"1970-01-01T00:00:07\"}".getBytes(StandardCharsets.UTF_8),
        StringData.fromString("orders_by_hour"),
        StringData.fromString("orders"),
        StringData.fromString("shop.late"),
        start,
        end,
        watermark,
        lateBy,
        null,
        null,
        null);
  }

  @Test
  void nothingIsLateBeforeTheFirstWatermark() throws Exception {
    try (GateHarness gate = GateHarness.open(TUMBLING)) {
      gate.row(1, -1_000_000_000_000_000L);
      assertThat(gate.passed()).containsExactly(1);
      assertThat(gate.late()).isEmpty();
    }
  }

  @Test
  void aRowPassesUntilTheWatermarkIsAtTheLastMillisecondOfItsWindow() throws Exception {
    try (GateHarness gate = GateHarness.open(TUMBLING)) {
      gate.watermark(9_998).row(1, 7_000L);
      assertThat(gate.passed()).containsExactly(1);
      assertThat(gate.late()).isEmpty();
      assertThat(gate.counted()).isZero();

      gate.watermark(9_999).row(1, 7_000L).watermark(10_000).row(1, 7_000L).row(2, 10_000L);
      assertThat(gate.passed()).containsExactly(1, 2);
      assertThat(gate.late())
          .containsExactly(late(0L, 10_000L, 9_999, 0), late(0L, 10_000L, 10_000, 1));
      assertThat(gate.counted()).isEqualTo(2);
    }
  }

  @Test
  void aRowThatIsLateForSomeOfItsWindowsPassesOnce() throws Exception {
    try (GateHarness gate = GateHarness.open(HOPPING)) {
      gate.watermark(9_999).row(1, 7_000L);
      assertThat(gate.passed()).containsExactly(1);
      assertThat(gate.late()).containsExactly(late(0L, 10_000L, 9_999, 0));
      assertThat(gate.counted()).isEqualTo(1);
    }
  }

  @Test
  void aRowThatIsLateForAllOfItsWindowsDoesNotPass() throws Exception {
    try (GateHarness gate = GateHarness.open(HOPPING)) {
      gate.watermark(14_999).row(1, 7_000L);
      assertThat(gate.passed()).isEmpty();
      assertThat(gate.late())
          .containsExactly(late(0L, 10_000L, 14_999, 5_000), late(5_000L, 15_000L, 14_999, 0));
      assertThat(gate.counted()).isEqualTo(2);
    }
  }

  @Test
  void aMomentHasClosedOnceTheWatermarkIsThere() throws Exception {
    try (GateHarness gate = GateHarness.open(MOMENT)) {
      gate.watermark(6_999).row(1, 7_000L).watermark(7_000).row(1, 7_000L);
      assertThat(gate.passed()).containsExactly(1);
      assertThat(gate.late()).containsExactly(late(null, null, 7_000, 0));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE})
  void aRowWithoutTimeIsNeverLate(long watermark) throws Exception {
    for (GateSpec spec : List.of(TUMBLING, HOPPING, MOMENT)) {
      try (GateHarness gate = GateHarness.open(spec)) {
        gate.watermark(watermark).row(1, null);
        assertThat(gate.passed()).containsExactly(1);
        assertThat(gate.late()).isEmpty();
      }
    }
  }

  @Test
  void handsOnWatermarksAndNeverGoesBackToAnEarlierOne() throws Exception {
    try (GateHarness gate = GateHarness.open(MOMENT)) {
      gate.watermark(7_000).watermark(1_000).row(1, 7_000L);
      assertThat(gate.passed()).isEmpty();
      assertThat(gate.late()).containsExactly(late(null, null, 7_000, 0));
      assertThat(gate.watermarks()).startsWith(7_000L);
    }
  }

  @Test
  void goesOnFromItsWatermarkAfterARestore() throws Exception {
    OperatorSubtaskState state = snapshot(8_000, WatermarkStatus.ACTIVE);
    try (GateHarness gate = GateHarness.restore(MOMENT, 1, 0, state)) {
      gate.row(1, 7_000L).watermark(1_000).row(1, 7_000L).row(2, 8_001L);
      RowData late = late(null, null, 8_000, 1_000);
      assertThat(gate.passed()).containsExactly(2);
      assertThat(gate.late()).containsExactly(late, late);
      assertThat(gate.counted()).isEqualTo(2);
    }
  }

  /** Each of three tasks has the watermark that two tasks left, one of them maybe idle. */
  @ParameterizedTest
  @CsvSource({
    "5000, ACTIVE, 8000, ACTIVE, 5000",
    "5000, IDLE, 8000, ACTIVE, 8000",
    "5000, ACTIVE, 8000, IDLE, 5000",
    "5000, IDLE, 8000, IDLE, 8000",
  })
  void atAnotherParallelismAllGatesHaveTheWatermarkThatWasBehindThem(
      long one, String status, long other, String otherStatus, long watermark) throws Exception {
    OperatorSubtaskState[] states = {
      snapshot(one, status(status)), snapshot(other, status(otherStatus))
    };
    for (int subtask = 0; subtask < 3; subtask++) {
      try (GateHarness gate = GateHarness.restore(MOMENT, 3, subtask, states)) {
        gate.row(1, watermark).row(2, watermark + 1);
        assertThat(gate.passed()).as("of task %d", subtask).containsExactly(2);
      }
    }
  }

  @Test
  void aTaskThatIsActiveAgainCounts() throws Exception {
    try (GateHarness gate = GateHarness.open(MOMENT)) {
      gate.status(WatermarkStatus.IDLE).status(WatermarkStatus.ACTIVE).watermark(5_000);
      OperatorSubtaskState[] states = {gate.snapshot(), snapshot(8_000, WatermarkStatus.ACTIVE)};
      try (GateHarness restored = GateHarness.restore(MOMENT, 1, 0, states)) {
        assertThat(restored.row(1, 5_000L).row(2, 5_001L).passed()).containsExactly(2);
      }
    }
  }

  @Test
  void countsRowsAndTheirWindowsAndThoseThatHadClosed() throws Exception {
    try (GateHarness gate = GateHarness.open(HOPPING)) {
      gate.row(1, 7_000L).watermark(9_999).row(1, 7_000L);
      assertThat(gate.counts()).isEqualTo(Map.of("rows", 2L, "pairs", 4L, "late", 1L));
      gate.watermark(14_999).row(1, 7_000L);
      assertThat(gate.counts()).isEqualTo(Map.of("rows", 3L, "pairs", 6L, "late", 3L));
    }
  }

  @Test
  void aRowOfOneWindowIsOnePair() throws Exception {
    for (GateSpec spec : List.of(TUMBLING, MOMENT)) {
      try (GateHarness gate = GateHarness.open(spec)) {
        gate.row(1, 7_000L).watermark(20_000).row(1, 7_000L).row(2, 25_000L);
        assertThat(gate.counts()).isEqualTo(Map.of("rows", 3L, "pairs", 3L, "late", 1L));
      }
    }
  }

  /** The window operator drops it: so the sum does not come out, and says that one is missing. */
  @Test
  void aRowWithoutTimeIsOnePairThatIsNotLate() throws Exception {
    for (GateSpec spec : List.of(TUMBLING, HOPPING, MOMENT)) {
      try (GateHarness gate = GateHarness.open(spec)) {
        gate.watermark(20_000).row(1, null);
        assertThat(gate.counts()).isEqualTo(Map.of("rows", 1L, "pairs", 1L, "late", 0L));
      }
    }
  }

  @Test
  void itsFiguresGoOnAfterARestoreAtAnotherParallelism() throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[3];
    for (int task = 0; task < states.length; task++) {
      try (GateHarness gate = GateHarness.open(HOPPING)) {
        states[task] = gate.watermark(9_999).row(1, 7_000L).row(2, 12_000L).snapshot();
      }
    }
    assertThat(MeterHarness.restoredSum(() -> GateHarness.gate(HOPPING), TestRows.TYPE, 2, states))
        .isEqualTo(Map.of("rows", 6L, "pairs", 12L, "late", 3L));
    try (GateHarness gate = GateHarness.restore(HOPPING, 1, 0, states)) {
      gate.row(1, 7_000L);
      assertThat(gate.counts()).isEqualTo(Map.of("rows", 7L, "pairs", 14L, "late", 4L));
    }
  }

  private static WatermarkStatus status(String name) {
    return name.equals("IDLE") ? WatermarkStatus.IDLE : WatermarkStatus.ACTIVE;
  }

  private static OperatorSubtaskState snapshot(long watermark, WatermarkStatus status)
      throws Exception {
    try (GateHarness gate = GateHarness.open(MOMENT)) {
      return gate.watermark(watermark).status(status).snapshot();
    }
  }
}
