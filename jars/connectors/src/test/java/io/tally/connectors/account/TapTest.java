package io.tally.connectors.account;

import static org.apache.flink.types.RowKind.DELETE;
import static org.apache.flink.types.RowKind.INSERT;
import static org.apache.flink.types.RowKind.UPDATE_AFTER;
import static org.apache.flink.types.RowKind.UPDATE_BEFORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RawValueData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalSerializers;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Results of a key, a hidden count, and a value. */
class TapTest {

  private static final int COUNTED = 1;

  private static RowType results(DataType value) {
    return (RowType)
        DataTypes.ROW(
                DataTypes.FIELD("k", DataTypes.INT()),
                DataTypes.FIELD("$counted", DataTypes.BIGINT().notNull()),
                DataTypes.FIELD("v", value))
            .getLogicalType();
  }

  private static final RowType ROWS = results(DataTypes.STRING());

  private static Tap tap(boolean versions, boolean repeats) {
    return new Tap("tap-6", ROWS, COUNTED, versions, repeats);
  }

  private static MeterHarness open(boolean versions, boolean repeats) throws Exception {
    return MeterHarness.open(tap(versions, repeats), ROWS);
  }

  private static RowData row(RowKind kind, Integer key, long counted, String value) {
    return GenericRowData.ofKind(kind, key, counted, StringData.fromString(value));
  }

  private static long rows(MeterHarness tap) throws Exception {
    Map<String, Long> counts = tap.counts();
    assertThat(counts).containsOnlyKeys("rows");
    return counts.get("rows");
  }

  @Test
  void addsUpTheCountsOfResultsLessThoseOfTheirFormerVersions() throws Exception {
    try (MeterHarness tap = open(false, false)) {
      assertThat(rows(tap)).isZero();
      assertThat(rows(tap.row(row(INSERT, 1, 3, "a")))).isEqualTo(3);
      assertThat(rows(tap.row(row(INSERT, 2, 4_000_000_000L, "a")))).isEqualTo(4_000_000_003L);
      tap.row(row(UPDATE_BEFORE, 1, 3, "a")).row(row(UPDATE_AFTER, 1, 5, "b"));
      assertThat(rows(tap)).isEqualTo(4_000_000_005L);
      tap.row(row(DELETE, 2, 4_000_000_000L, "a"));
      assertThat(rows(tap)).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, true", "true, false", "false, true", "false, false"})
  void countsTheSameWhateverGoesOn(boolean versions, boolean repeats) throws Exception {
    try (MeterHarness tap = open(versions, repeats)) {
      tap.row(row(INSERT, 1, 3, "a"));
      tap.row(row(UPDATE_BEFORE, 1, 3, "a")).row(row(UPDATE_AFTER, 1, 5, "a"));
      tap.row(row(UPDATE_BEFORE, 1, 5, "a")).row(row(UPDATE_AFTER, 1, 9, "b"));
      assertThat(rows(tap)).isEqualTo(9);
    }
  }

  @Test
  void formerVersionsEndWhereNobodyWantsThem() throws Exception {
    try (MeterHarness tap = open(false, false)) {
      tap.row(row(INSERT, 1, 3, "a"));
      tap.row(row(UPDATE_BEFORE, 1, 3, "a")).row(row(UPDATE_AFTER, 1, 5, "b"));
      tap.row(row(DELETE, 1, 5, "b"));
      assertThat(tap.rows())
          .containsExactly(
              row(INSERT, 1, 3, "a"), row(UPDATE_AFTER, 1, 5, "b"), row(DELETE, 1, 5, "b"));
    }
  }

  @Test
  void formerVersionsGoOnAheadOfTheNewOnesWhereTheyAreWanted() throws Exception {
    try (MeterHarness tap = open(true, false)) {
      List<RowData> all =
          List.of(
              row(INSERT, 1, 3, "a"),
              row(UPDATE_BEFORE, 1, 3, "a"),
              row(UPDATE_AFTER, 1, 5, "b"),
              row(DELETE, 1, 5, "b"));
      for (RowData one : all) {
        tap.row(one);
      }
      assertThat(tap.rows()).containsExactlyElementsOf(all);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUpdateThatChangesNothingVisibleEndsHere(boolean versions) throws Exception {
    try (MeterHarness tap = open(versions, false)) {
      tap.row(row(INSERT, 1, 3, "a"));
      tap.row(row(UPDATE_BEFORE, 1, 3, "a")).row(row(UPDATE_AFTER, 1, 5, "a"));
      tap.row(row(UPDATE_BEFORE, 1, 5, "a")).row(row(UPDATE_AFTER, 1, 5, "a"));
      assertThat(tap.rows()).containsExactly(row(INSERT, 1, 3, "a"));
    }
  }

  @Test
  void anUpdateThatChangesNothingGoesOnWhereResultsRepeat() throws Exception {
    try (MeterHarness tap = open(true, true)) {
      tap.row(row(UPDATE_BEFORE, 1, 3, "a")).row(row(UPDATE_AFTER, 1, 5, "a"));
      assertThat(tap.rows())
          .containsExactly(row(UPDATE_BEFORE, 1, 3, "a"), row(UPDATE_AFTER, 1, 5, "a"));
    }
    try (MeterHarness tap = open(false, true)) {
      tap.row(row(UPDATE_BEFORE, 1, 3, "a")).row(row(UPDATE_AFTER, 1, 5, "a"));
      assertThat(tap.rows()).containsExactly(row(UPDATE_AFTER, 1, 5, "a"));
    }
  }

  @Test
  void keysComeInAnyOrder() throws Exception {
    try (MeterHarness tap = open(true, false)) {
      tap.row(row(INSERT, 1, 1, "a")).row(row(INSERT, 2, 1, "a")).row(row(INSERT, 3, 1, "b"));
      tap.row(row(UPDATE_BEFORE, 2, 1, "a")).row(row(UPDATE_AFTER, 2, 2, "c"));
      tap.row(row(UPDATE_BEFORE, 1, 1, "a")).row(row(UPDATE_AFTER, 1, 2, "a"));
      tap.row(row(DELETE, 3, 1, "b"));
      tap.row(row(UPDATE_BEFORE, 2, 2, "c")).row(row(UPDATE_AFTER, 2, 3, "a"));
      assertThat(tap.rows().subList(3, tap.rows().size()))
          .containsExactly(
              row(UPDATE_BEFORE, 2, 1, "a"),
              row(UPDATE_AFTER, 2, 2, "c"),
              row(DELETE, 3, 1, "b"),
              row(UPDATE_BEFORE, 2, 2, "c"),
              row(UPDATE_AFTER, 2, 3, "a"));
      assertThat(rows(tap)).isEqualTo(5);
    }
  }

  /** As of an aggregation that begins without former versions: nothing to compare it with. */
  @Test
  void anUpdateWithoutFormerVersionGoesOn() throws Exception {
    try (MeterHarness tap = open(true, false)) {
      tap.row(row(UPDATE_BEFORE, 1, 1, "a")).row(row(UPDATE_AFTER, 1, 2, "a"));
      tap.row(row(UPDATE_AFTER, 1, 2, "a"));
      assertThat(tap.rows()).containsExactly(row(UPDATE_AFTER, 1, 2, "a"));
    }
  }

  /** The aggregation hands out one row object again and again. */
  @Test
  void theFormerVersionIsTheRowAsItWas() throws Exception {
    try (MeterHarness tap = open(true, false)) {
      GenericRowData row = GenericRowData.ofKind(UPDATE_BEFORE, 1, 3L, StringData.fromString("a"));
      tap.row(row);
      row.setRowKind(UPDATE_AFTER);
      row.setField(COUNTED, 5L);
      row.setField(2, StringData.fromString("b"));
      tap.row(row);
      assertThat(tap.rows())
          .containsExactly(row(UPDATE_BEFORE, 1, 3, "a"), row(UPDATE_AFTER, 1, 5, "b"));
    }
  }

  @Test
  void theFormerVersionHasItsTimestamp() throws Exception {
    try (MeterHarness tap = open(true, false)) {
      tap.element(new StreamRecord<>(row(UPDATE_BEFORE, 1, 3, "a"), 7));
      tap.element(new StreamRecord<>(row(UPDATE_AFTER, 1, 5, "b"), 7));
      assertThat(tap.output())
          .containsExactly(
              new StreamRecord<>(row(UPDATE_BEFORE, 1, 3, "a"), 7),
              new StreamRecord<>(row(UPDATE_AFTER, 1, 5, "b"), 7));
    }
  }

  @Test
  void nullIsAValueLikeOthers() throws Exception {
    assertThat(isSame(DataTypes.STRING(), null, null)).isTrue();
    assertThat(isSame(DataTypes.STRING(), null, StringData.fromString(""))).isFalse();
    assertThat(isSame(DataTypes.STRING(), StringData.fromString(""), null)).isFalse();
    try (MeterHarness tap = open(true, false)) {
      tap.row(row(UPDATE_BEFORE, null, 3, null)).row(row(UPDATE_AFTER, null, 4, null));
      tap.row(row(UPDATE_BEFORE, null, 4, null)).row(row(UPDATE_AFTER, 0, 5, null));
      assertThat(tap.rows())
          .containsExactly(row(UPDATE_BEFORE, null, 4, null), row(UPDATE_AFTER, 0, 5, null));
    }
  }

  @Test
  void everyVisibleColumnIsLookedAt() throws Exception {
    RowType type =
        (RowType)
            DataTypes.ROW(
                    DataTypes.FIELD("a", DataTypes.INT()),
                    DataTypes.FIELD("$counted", DataTypes.BIGINT().notNull()),
                    DataTypes.FIELD("b", DataTypes.INT()),
                    DataTypes.FIELD("c", DataTypes.INT()))
                .getLogicalType();
    for (int column : new int[] {0, 2, 3}) {
      GenericRowData changed = GenericRowData.ofKind(UPDATE_AFTER, 1, 5L, 2, 3);
      changed.setField(column, 9);
      try (MeterHarness tap =
          MeterHarness.open(new Tap("tap-6", type, COUNTED, false, false), type)) {
        tap.row(GenericRowData.ofKind(UPDATE_BEFORE, 1, 4L, 2, 3)).row(changed);
        assertThat(tap.rows()).as("column %d", column).containsExactly(changed);
      }
    }
  }

  private static Object array(Object... elements) {
    return new GenericArrayData(elements);
  }

  private static Object map(Object... entries) {
    return new GenericMapData(Map.ofEntries(Map.entry(entries[0], entries[1])));
  }

  private static Object nested(Object... fields) {
    return GenericRowData.of(fields);
  }

  private static final StringData A = StringData.fromString("a");

  /** A type, a value, the same value made anew, and another one. */
  static Stream<Arguments> values() {
    DataType bytes = DataTypes.BYTES();
    DataType ints = DataTypes.ARRAY(DataTypes.INT());
    DataType counts = DataTypes.MAP(DataTypes.STRING(), DataTypes.INT());
    DataType row = DataTypes.ROW(DataTypes.FIELD("x", DataTypes.INT()), DataTypes.FIELD("y", ints));
    return Stream.of(
        Arguments.of(bytes, new byte[] {1, 2}, new byte[] {1, 2}, new byte[] {1, 3}),
        Arguments.of(ints, array(1, null), array(1, null), array(1, 2)),
        Arguments.of(
            DataTypes.ARRAY(DataTypes.INT().notNull()),
            new GenericArrayData(new int[] {1, 2}),
            new GenericArrayData(new int[] {1, 2}),
            new GenericArrayData(new int[] {2, 1})),
        Arguments.of(
            DataTypes.ARRAY(bytes),
            array((Object) new byte[] {1}),
            array((Object) new byte[] {1}),
            array((Object) new byte[] {2})),
        Arguments.of(
            DataTypes.ARRAY(ints), array(array(1)), array(array(1)), array(array(1), array(1))),
        Arguments.of(counts, map(A, 1), map(A, 1), map(A, 2)),
        Arguments.of(DataTypes.ARRAY(counts), array(map(A, 1)), array(map(A, 1)), array()),
        Arguments.of(DataTypes.MULTISET(DataTypes.STRING()), map(A, 1), map(A, 1), map(A, 2)),
        Arguments.of(
            DataTypes.RAW(String.class, StringSerializer.INSTANCE),
            RawValueData.fromObject("a"),
            RawValueData.fromObject("a"),
            RawValueData.fromObject("b")),
        Arguments.of(row, nested(1, array(1)), nested(1, array(1)), nested(1, array(2))),
        Arguments.of(row, nested(1, null), nested(1, null), nested(1, array())));
  }

  @ParameterizedTest
  @MethodSource("values")
  void valuesAreTheSameIfTheirContentsAre(DataType type, Object value, Object same, Object other)
      throws Exception {
    assertThat(isSame(type, value, same)).as("the same").isTrue();
    assertThat(isSame(type, value, other)).as("another").isFalse();
    assertThat(isSame(type, other, value)).as("another, the other way round").isFalse();
    assertThat(isSame(type, value, null)).as("no longer there").isFalse();
    assertThat(isSame(type, null, value)).as("there now").isFalse();
  }

  /** State backends and the wire bring values in binary form, aggregate functions as objects. */
  @ParameterizedTest
  @MethodSource("values")
  void theFormOfAValueDoesNotMatter(DataType type, Object value, Object same, Object other)
      throws Exception {
    assertThat(isSame(type, binary(type, value), same)).as("binary, object").isTrue();
    assertThat(isSame(type, value, binary(type, same))).as("object, binary").isTrue();
    assertThat(isSame(type, binary(type, value), binary(type, same))).as("binary").isTrue();
    assertThat(isSame(type, binary(type, value), other)).isFalse();
    assertThat(isSame(type, value, binary(type, other))).isFalse();
    assertThat(isSame(type, binary(type, value), binary(type, other))).isFalse();
  }

  private static Object binary(DataType type, Object value) {
    RowType row = RowType.of(type.getLogicalType());
    RowDataSerializer serializer = InternalSerializers.create(row);
    RowData binary = serializer.toBinaryRow(GenericRowData.of(value)).copy();
    return RowData.createFieldGetter(type.getLogicalType(), 0).getFieldOrNull(binary);
  }

  /** Tells whether an update from one value to another ends at a tap. */
  private static boolean isSame(DataType type, Object former, Object now) throws Exception {
    RowType rows = results(type);
    try (MeterHarness tap =
        MeterHarness.open(new Tap("tap-6", rows, COUNTED, false, false), rows)) {
      tap.row(GenericRowData.ofKind(UPDATE_BEFORE, 1, 3L, former));
      tap.row(GenericRowData.ofKind(UPDATE_AFTER, 1, 4L, now));
      return tap.rows().isEmpty();
    }
  }

  @Test
  void keepsTheSumAtAnotherParallelism() throws Exception {
    OperatorSubtaskState[] states = new OperatorSubtaskState[3];
    for (int task = 0; task < states.length; task++) {
      try (MeterHarness tap = open(false, false)) {
        tap.row(row(INSERT, task, 10 + task, "a"));
        states[task] = tap.row(row(UPDATE_BEFORE, 7, 1, "a")).checkpoint(1);
      }
    }
    for (int parallelism : new int[] {1, 2, 4}) {
      assertThat(MeterHarness.restoredSum(() -> tap(false, false), ROWS, parallelism, states))
          .as("at parallelism %d", parallelism)
          .isEqualTo(Map.of("rows", 30L));
    }
  }
}
