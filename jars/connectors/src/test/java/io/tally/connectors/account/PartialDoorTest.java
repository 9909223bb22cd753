package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Partial results of windows, which are told by their ends. */
class PartialDoorTest {

  private static final RowType ROWS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("k", DataTypes.INT()),
                  DataTypes.FIELD("counted", DataTypes.BIGINT()),
                  DataTypes.FIELD("window_end", DataTypes.BIGINT()))
              .getLogicalType();

  private static PartialDoor door() {
    return new PartialDoor("door-6-0", 1, 2);
  }

  private static MeterHarness open() throws Exception {
    return MeterHarness.open(door(), ROWS);
  }

  private static RowData partial(long rows, long windowEnd) {
    return GenericRowData.of(1, rows, windowEnd);
  }

  private static Map<String, Long> counts(long rows, long open) {
    return Map.of("rows", rows, "open", open);
  }

  @Test
  void countsTheRowsInPartialResults() throws Exception {
    try (MeterHarness door = open()) {
      assertThat(door.counts()).isEqualTo(counts(0, 0));
      door.row(partial(3, 10)).row(partial(4, 10)).row(partial(5, 20)).row(partial(6, 10));
      assertThat(door.counts()).isEqualTo(counts(18, 18));
    }
  }

  @Test
  void handsThemOnAsTheyWere() throws Exception {
    try (MeterHarness door = open()) {
      door.row(partial(3, 10)).watermark(10).row(partial(4, 10));
      assertThat(door.rows()).containsExactly(partial(3, 10), partial(4, 10));
      assertThat(door.watermarks()).containsExactly(10L);
    }
  }

  @Test
  void aWindowClosesAtItsLastMillisecondAndNotBefore() throws Exception {
    try (MeterHarness door = open()) {
      door.row(partial(3, 10)).row(partial(4, 20)).row(partial(5, 0)).row(partial(6, -10));
      assertThat(door.watermark(-12).counts()).isEqualTo(counts(18, 18));
      assertThat(door.watermark(-11).counts()).isEqualTo(counts(18, 12));
      assertThat(door.watermark(8).counts()).isEqualTo(counts(18, 7));
      assertThat(door.watermark(9).counts()).isEqualTo(counts(18, 4));
      assertThat(door.watermark(Long.MAX_VALUE).counts()).isEqualTo(counts(18, 0));
    }
  }

  @Test
  void anEarlierWatermarkOpensNothing() throws Exception {
    try (MeterHarness door = open()) {
      door.row(partial(3, 10)).watermark(9).watermark(5).row(partial(4, 10));
      assertThat(door.counts()).isEqualTo(counts(7, 0));
    }
  }

  @Test
  void aPartialResultOfAClosedWindowWentInButIsNotOpen() throws Exception {
    try (MeterHarness door = open()) {
      door.watermark(9).row(partial(3, 10)).row(partial(4, 11)).row(partial(5, 10));
      assertThat(door.counts()).isEqualTo(counts(12, 4));
    }
  }

  /** The window counted last must not be taken for open once it has closed. */
  @Test
  void theWindowCountedLastClosesToo() throws Exception {
    try (MeterHarness door = open()) {
      door.row(partial(3, 10)).watermark(9).row(partial(4, 10)).row(partial(5, 20));
      assertThat(door.counts()).isEqualTo(counts(12, 5));
      assertThat(door.state()).isEqualTo(Map.of("rows", 12L, "windows/19/1", 5L));
    }
  }

  @Test
  void itsStateHoldsOpenWindowsAlone() throws Exception {
    OperatorSubtaskState state;
    try (MeterHarness door = open()) {
      for (int window = 1; window <= 1_000; window++) {
        door.row(partial(2, 10 * window)).watermark(10 * window - 11);
      }
      assertThat(door.state()).isEqualTo(Map.of("rows", 2_000L, "windows/9999/1", 2L));
      state = door.checkpoint(1);
    }
    try (MeterHarness door = MeterHarness.restore(door(), ROWS, 1, 0, state)) {
      assertThat(door.state()).isEqualTo(Map.of("rows", 2_000L, "windows/9999/1", 2L));
    }
  }

  @Test
  void goesOnFromItsWindowsAndItsWatermarkAfterARestore() throws Exception {
    OperatorSubtaskState state;
    try (MeterHarness door = open()) {
      state = door.row(partial(3, 10)).row(partial(4, 20)).watermark(9).checkpoint(1);
    }
    try (MeterHarness door = MeterHarness.restore(door(), ROWS, 1, 0, state)) {
      assertThat(door.counts()).isEqualTo(counts(7, 4));
      door.row(partial(5, 10)).row(partial(6, 20));
      assertThat(door.counts()).as("before the first watermark").isEqualTo(counts(18, 10));
      assertThat(door.watermark(5).counts()).as("at an earlier one").isEqualTo(counts(18, 10));
      assertThat(door.watermark(19).counts()).isEqualTo(counts(18, 0));
      assertThat(door.state()).isEqualTo(Map.of("rows", 18L));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void keepsSumAndOpenWindowsAtAnotherParallelism(int parallelism) throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[3];
    for (int task = 0; task < states.length; task++) {
      try (MeterHarness door = open()) {
        door.row(partial(3, 10)).row(partial(10 + task, 20)).row(partial(100, 30 + task));
        states[task] = door.watermark(9).checkpoint(1);
      }
    }
    assertThat(MeterHarness.restoredSum(PartialDoorTest::door, ROWS, parallelism, states))
        .isEqualTo(counts(342, 333));
    assertThat(rowsOpenBehind(19, parallelism, states)).isEqualTo(300);
    assertThat(rowsOpenBehind(30, parallelism, states)).isEqualTo(100);
  }

  private static long rowsOpenBehind(
      long watermark, int parallelism, OperatorSubtaskState... states) throws Exception {
    long open = 0;
    for (int subtask = 0; subtask < parallelism; subtask++) {
      try (MeterHarness door = MeterHarness.restore(door(), ROWS, parallelism, subtask, states)) {
        open += door.watermark(watermark).counts().get("open");
      }
    }
    return open;
  }

  @Test
  void allTasksGoOnFromTheLeastWatermarkOfThoseThatWereNotIdle() throws Exception {
    OperatorSubtaskState[] states = {
      watermark(9, WatermarkStatus.ACTIVE),
      watermark(19, WatermarkStatus.ACTIVE),
      watermark(5, WatermarkStatus.IDLE)
    };
    for (int subtask = 0; subtask < 2; subtask++) {
      try (MeterHarness door = MeterHarness.restore(door(), ROWS, 2, subtask, states)) {
        door.row(partial(3, 10)).row(partial(4, 11));
        assertThat(door.counts()).as("of task %d", subtask).isEqualTo(counts(7, 4));
      }
    }
  }

  private static OperatorSubtaskState watermark(long time, WatermarkStatus status)
      throws Exception {
    try (MeterHarness door = open()) {
      return door.watermark(time).status(status).checkpoint(1);
    }
  }

  @Test
  void itsFiguresAreLiveButNotOneForEachWindow() throws Exception {
    try (MeterHarness door = open()) {
      door.row(partial(3, 10));
      assertThat(door.live("rows")).isEqualTo(3L);
      assertThat(door.live("windows/9/1")).isNull();
    }
  }
}
