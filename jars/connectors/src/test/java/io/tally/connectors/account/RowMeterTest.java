package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class RowMeterTest {

  private static final RowType ROWS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("k", DataTypes.INT()),
                  DataTypes.FIELD("counted", DataTypes.BIGINT()))
              .getLogicalType();

  private static RowData row(Integer k, Long counted) {
    return GenericRowData.of(k, counted);
  }

  @Test
  void aRowIsOne() throws Exception {
    try (MeterHarness meter = MeterHarness.open(new RowMeter("entry-4-0", -1), ROWS)) {
      meter.row(row(1, 7L)).row(row(null, null));
      assertThat(meter.counts()).isEqualTo(Map.of("rows", 2L));
    }
  }

  @Test
  void aPartialResultIsTheRowsInIt() throws Exception {
    try (MeterHarness meter = MeterHarness.open(new RowMeter("door-4-0", 1), ROWS)) {
      meter.row(row(1, 7L)).row(row(2, 3_000_000_000L)).row(row(3, 0L));
      assertThat(meter.counts()).isEqualTo(Map.of("rows", 3_000_000_007L));
    }
  }

  @Test
  void hasCountedNoneAtFirst() throws Exception {
    try (MeterHarness meter = MeterHarness.open(new RowMeter("entry-4-0", -1), ROWS)) {
      assertThat(meter.counts()).isEqualTo(Map.of("rows", 0L));
    }
  }

  @Test
  void handsRowsOnAsTheyWere() throws Exception {
    try (MeterHarness meter = MeterHarness.open(new RowMeter("door-4-0", 1), ROWS)) {
      GenericRowData deleted = GenericRowData.ofKind(RowKind.DELETE, 2, 5L);
      meter.row(row(1, 7L)).row(deleted);
      assertThat(meter.rows()).containsExactly(row(1, 7L), deleted);
    }
  }

  @Test
  void goesOnAfterARestore() throws Exception {
    OperatorSubtaskState state = counted(3);
    try (MeterHarness meter =
        MeterHarness.restore(new RowMeter("entry-4-0", -1), ROWS, 1, 0, state)) {
      assertThat(meter.row(row(1, 1L)).counts()).isEqualTo(Map.of("rows", 4L));
    }
  }

  @Test
  void keepsTheSumAtAnotherParallelism() throws Exception {
    OperatorSubtaskState[] states = {counted(3), counted(5), counted(0)};
    for (int parallelism : new int[] {1, 2, 4}) {
      assertThat(
              MeterHarness.restoredSum(
                  () -> new RowMeter("entry-4-0", -1), ROWS, parallelism, states))
          .as("at parallelism %d", parallelism)
          .isEqualTo(Map.of("rows", 8L));
    }
  }

  private static OperatorSubtaskState counted(int rows) throws Exception {
    try (MeterHarness meter = MeterHarness.open(new RowMeter("entry-4-0", -1), ROWS)) {
      for (int row = 0; row < rows; row++) {
        meter.row(row(row, 1L));
      }
      return meter.checkpoint(1);
    }
  }
}
