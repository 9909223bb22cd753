package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.typeutils.PojoTypeInfo;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/** When a meter puts out readings, and what is in them; shown on one that counts rows. */
class MeterTest {

  private static final RowType ROWS =
      (RowType) DataTypes.ROW(DataTypes.FIELD("k", DataTypes.INT())).getLogicalType();

  private static RowMeter meter() {
    return new RowMeter("entry-4-0", -1);
  }

  private static RowData row(int k) {
    return GenericRowData.of(k);
  }

  /** A reading of the one task. */
  private static Reading reading(long checkpoint, long rows) {
    return new Reading("entry-4-0", 0, 1, checkpoint, Map.of("rows", rows));
  }

  private static void areReadings(MeterHarness meter, Reading... expected) {
    assertThat(meter.readings())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactly(expected);
  }

  @Test
  void putsOutNothingButRowsBetweenCheckpoints() throws Exception {
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      meter.row(row(1)).watermark(10);
      areReadings(meter);
    }
  }

  @Test
  void putsOutAReadingAheadOfEachBarrier() throws Exception {
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      meter.row(row(1)).row(row(2)).checkpoint(17);
      meter.row(row(3)).checkpoint(19);
      areReadings(meter, reading(17, 2), reading(19, 3));
    }
  }

  /** What comes behind the barrier is not the checkpoint's: a reading is a copy of the figures. */
  @Test
  void aReadingDoesNotChangeOnceItIsOut() throws Exception {
    RowMeter operator = meter();
    try (MeterHarness meter = MeterHarness.open(operator, ROWS)) {
      Map<String, Long> values = operator.counts().values();
      meter.row(row(1));
      assertThat(values).isEqualTo(Map.of("rows", 0L));
    }
  }

  @Test
  void aReadingSaysWhichTaskOfHowManyItIsOf() throws Exception {
    OperatorSubtaskState state;
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      state = meter.row(row(1)).checkpoint(17);
    }
    long rows = 0;
    for (int subtask = 0; subtask < 3; subtask++) {
      try (MeterHarness meter = MeterHarness.restore(meter(), ROWS, 3, subtask, state)) {
        meter.checkpoint(18);
        Reading reading = meter.readings().get(0);
        assertThat(List.of(reading.meter, reading.subtask, reading.subtasks, reading.checkpoint))
            .containsExactly("entry-4-0", subtask, 3, 18L);
        rows += reading.counts.get("rows");
      }
    }
    assertThat(rows).isEqualTo(1);
  }

  @Test
  void putsOutALastReadingAtTheEndAndNoneBehindIt() throws Exception {
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      meter.row(row(1)).checkpoint(17);
      meter.row(row(2)).finish().checkpoint(18);
      meter.checkpoint(19);
      areReadings(meter, reading(17, 1), reading(Reading.END, 2));
    }
  }

  /** The last checkpoint of a task that has ended holds its figures. */
  @Test
  void theStateBehindTheEndHoldsAll() throws Exception {
    OperatorSubtaskState state;
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      state = meter.row(row(1)).row(row(2)).finish().checkpoint(18);
    }
    try (MeterHarness meter = MeterHarness.restore(meter(), ROWS, 1, 0, state)) {
      meter.checkpoint(19);
      areReadings(meter, reading(19, 2));
    }
  }

  @Test
  void handsRowsOnWithTheirTimestamps() throws Exception {
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      meter.element(new StreamRecord<>(row(1), 5)).element(new StreamRecord<>(row(2)));
      assertThat(meter.output())
          .containsExactly(new StreamRecord<>(row(1), 5), new StreamRecord<>(row(2)));
    }
  }

  @Test
  void itsFiguresAreLiveMetricsOfTheGroupAccount() throws Exception {
    try (MeterHarness meter = MeterHarness.open(meter(), ROWS)) {
      assertThat(meter.live("rows")).isEqualTo(0L);
      meter.row(row(1));
      assertThat(meter.live("rows")).isEqualTo(1L);
    }
  }

  /** Neither a job's state nor its wire may hang on how a library writes objects. */
  @Test
  void readingsNeedNoGenericSerializer() {
    Configuration options = new Configuration().set(PipelineOptions.GENERIC_TYPES, false);
    TypeInformation<Reading> type = TypeInformation.of(Reading.class);
    assertThat(type).isInstanceOf(PojoTypeInfo.class);
    TypeSerializer<Reading> serializer = type.createSerializer(new SerializerConfigImpl(options));
    assertThat(serializer.copy(reading(17, 2)))
        .usingRecursiveComparison()
        .isEqualTo(reading(17, 2));
  }
}
