package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

class ReadMeterTest {

  /** A dead letter has more, which does not matter here. */
  private static final int LETTER_FIELDS = 9;

  private static final int PARTITION = 4;
  private static final int REASON = 7;
  private static final int ERROR = 8;

  private static final RowType ROWS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("topic", DataTypes.STRING()),
                  DataTypes.FIELD("partition", DataTypes.INT()),
                  DataTypes.FIELD("letter", letter()))
              .getLogicalType();

  private static DataType letter() {
    DataTypes.Field[] fields = new DataTypes.Field[LETTER_FIELDS];
    for (int field = 0; field < LETTER_FIELDS; field++) {
      DataType type = field == PARTITION ? DataTypes.INT() : DataTypes.STRING();
      fields[field] = DataTypes.FIELD("f" + field, type);
    }
    return DataTypes.ROW(fields);
  }

  private static ReadMeter ofOneTopic() {
    return new ReadMeter("read-1", -1, 1, 2, null);
  }

  private static RowData row(String topic, int partition) {
    return GenericRowData.of(StringData.fromString(topic), partition, null);
  }

  private static RowData dead(int partition, String reason) {
    return dead(partition, reason, "what is wrong");
  }

  private static RowData dead(int partition, String reason, String error) {
    GenericRowData letter = new GenericRowData(LETTER_FIELDS);
    letter.setField(PARTITION, partition);
    letter.setField(REASON, StringData.fromString(reason));
    letter.setField(ERROR, StringData.fromString(error));
    return GenericRowData.of(StringData.fromString("shop"), partition, letter);
  }

  private static Map<String, Long> counts(ReadMeter meter, List<RowData> rows) throws Exception {
    try (MeterHarness harness = MeterHarness.open(meter, ROWS)) {
      for (RowData row : rows) {
        harness.row(row);
      }
      return harness.counts();
    }
  }

  @Test
  void countsByPartition() throws Exception {
    assertThat(counts(ofOneTopic(), List.of(row("a", 0), row("b", 12), row("a", 12))))
        .isEqualTo(Map.of("read/0", 1L, "read/12", 2L));
  }

  @Test
  void countsByTopicAndPartitionWhereThereAreSeveralTopics() throws Exception {
    List<RowData> rows = List.of(row("a", 0), row("b", 0), row("b", 1), row("a", 0));
    assertThat(counts(new ReadMeter("read-1", 0, 1, 2, null), rows))
        .isEqualTo(Map.of("read/a/0", 2L, "read/b/0", 1L, "read/b/1", 1L));
  }

  @Test
  void countsAsOneWherePartitionsAreNotKnown() throws Exception {
    List<RowData> rows = List.of(row("a", 0), row("b", 1), dead(3, "missing"));
    for (int topic : new int[] {-1, 0}) {
      assertThat(counts(new ReadMeter("read-1", topic, -1, 2, null), rows))
          .isEqualTo(Map.of("read", 3L, "dead/missing", 1L));
    }
  }

  @Test
  void aDeadLetterIsReadAndCountsByItsReason() throws Exception {
    List<RowData> rows =
        List.of(row("a", 0), dead(0, "undecodable"), dead(1, "missing"), dead(0, "undecodable"));
    assertThat(counts(ofOneTopic(), rows))
        .isEqualTo(Map.of("read/0", 3L, "read/1", 1L, "dead/undecodable", 2L, "dead/missing", 1L));
  }

  @Test
  void aDeletionThatTheSourceSaysToSkipIsNotDead() throws Exception {
    assertThat(counts(ofOneTopic(), List.of(dead(0, "skipped"), dead(0, "no-event-time"))))
        .isEqualTo(Map.of("read/0", 2L, "skipped", 1L, "dead/no-event-time", 1L));
  }

  @Test
  void whatIsLostIsNotReadAndGoesNoFurther() throws Exception {
    List<RowData> rows =
        List.of(
            row("shop", 0),
            dead(0, "skipped", "lost/retention/50"),
            dead(0, "skipped", "lost/retention/7"),
            dead(1, "skipped", "lost/recreated/0"));
    try (MeterHarness meter = MeterHarness.open(ofOneTopic(), ROWS)) {
      for (RowData row : rows) {
        meter.row(row);
      }
      assertThat(meter.rows()).containsExactly(rows.get(0));
      assertThat(meter.counts())
          .isEqualTo(Map.of("read/0", 1L, "lost/retention/0", 57L, "lost/recreated/1", 0L));
    }
    assertThat(counts(new ReadMeter("read-1", 0, 1, 2, null), rows.subList(1, 2)))
        .isEqualTo(Map.of("lost/retention/shop/0", 50L));
  }

  @Test
  void handsAllRowsOnAsTheyWere() throws Exception {
    try (MeterHarness meter = MeterHarness.open(ofOneTopic(), ROWS)) {
      List<RowData> rows = List.of(row("a", 0), dead(1, "missing"), dead(0, "skipped"));
      for (RowData row : rows) {
        meter.row(row);
      }
      assertThat(meter.rows()).containsExactlyElementsOf(rows);
    }
  }

  @Test
  void partsLettersFromRowsAndCountsBoth() throws Exception {
    OutputTag<RowData> letters = new OutputTag<>("letters", InternalTypeInfo.of(ROWS));
    ReadMeter parting = new ReadMeter("read-1", -1, 1, 2, letters);
    try (MeterHarness meter = MeterHarness.open(parting, ROWS)) {
      List<RowData> rows =
          List.of(row("a", 0), dead(1, "missing"), row("b", 1), dead(0, "skipped"));
      for (RowData row : rows) {
        meter.row(row);
      }
      assertThat(meter.rows()).containsExactly(rows.get(0), rows.get(2));
      assertThat(meter.side(letters)).containsExactly(rows.get(1), rows.get(3));
      assertThat(meter.counts())
          .isEqualTo(Map.of("read/0", 2L, "read/1", 2L, "dead/missing", 1L, "skipped", 1L));
    }
  }

  @Test
  void goesOnAfterARestore() throws Exception {
    OperatorSubtaskState state = checkpoint(row("a", 0), dead(1, "missing"), dead(1, "skipped"));
    try (MeterHarness meter = MeterHarness.restore(ofOneTopic(), ROWS, 1, 0, state)) {
      assertThat(meter.counts())
          .isEqualTo(Map.of("read/0", 1L, "read/1", 2L, "dead/missing", 1L, "skipped", 1L));
      meter.row(row("a", 1)).row(dead(2, "missing"));
      assertThat(meter.counts())
          .isEqualTo(
              Map.of("read/0", 1L, "read/1", 3L, "read/2", 1L, "dead/missing", 2L, "skipped", 1L));
    }
  }

  @Test
  void keepsTheSumAtAnotherParallelism() throws Exception {
    OperatorSubtaskState[] states = {
      checkpoint(row("a", 0), dead(1, "missing")),
      checkpoint(row("a", 2)),
      checkpoint(row("a", 0), dead(1, "missing")),
    };
    for (int parallelism : new int[] {1, 2, 4}) {
      assertThat(MeterHarness.restoredSum(ReadMeterTest::ofOneTopic, ROWS, parallelism, states))
          .as("at parallelism %d", parallelism)
          .isEqualTo(Map.of("read/0", 2L, "read/1", 2L, "read/2", 1L, "dead/missing", 2L));
    }
  }

  private static OperatorSubtaskState checkpoint(RowData... rows) throws Exception {
    try (MeterHarness meter = MeterHarness.open(ofOneTopic(), ROWS)) {
      for (RowData row : rows) {
        meter.row(row);
      }
      return meter.checkpoint(1);
    }
  }
}
