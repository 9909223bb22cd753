package io.tally.connectors.refused;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlainRowsTest {

  private static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("k", DataTypes.STRING()),
                  DataTypes.FIELD("n", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("text", DataTypes.STRING()),
                  DataTypes.FIELD("time", DataTypes.TIME()),
                  DataTypes.FIELD("list", DataTypes.ARRAY(DataTypes.INT())))
              .getLogicalType();

  private static StringData text(String text) {
    return StringData.fromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isPlain(int most, Object... row) {
    return new PlainRows(TYPE, List.of("k"), most).isPlain(GenericRowData.of(row));
  }

  static Stream<Arguments> rows() {
    GenericArrayData list = new GenericArrayData(new int[0]);
    return Stream.of(
        Arguments.of(true, row(text("k"), 1L, text(""), 0, null)),
        Arguments.of(true, row(text("k"), 1L, null, null, null)),
        Arguments.of(true, row(text("\0"), 1L, text("x".repeat(98)), 86_399_999, null)),
        Arguments.of(false, row(text("k"), 1L, text("x".repeat(100)), 0, null)),
        Arguments.of(false, row(text(""), 1L, null, 0, null)),
        Arguments.of(false, row(null, 1L, null, 0, null)),
        Arguments.of(false, row(text("k"), null, null, 0, null)),
        Arguments.of(false, row(text("é"), 1L, null, 0, null)),
        Arguments.of(false, row(text("1234567890é"), 1L, null, 0, null)),
        Arguments.of(false, row(text("é1234567890"), 1L, null, 0, null)),
        Arguments.of(false, row(text("k"), 1L, null, 86_400_000, null)),
        Arguments.of(false, row(text("k"), 1L, null, -1, null)),
        Arguments.of(false, row(text("k"), 1L, null, 0, list)));
  }

  private static Object[] row(Object... row) {
    return row;
  }

  @ParameterizedTest
  @MethodSource("rows")
  void tellsRowsThatAnySinkHolds(boolean plain, Object[] row) {
    assertThat(isPlain(100, row)).isEqualTo(plain);
  }

  @Test
  void noRowIsPlainWhereASinkMayRefuseAny() {
    assertThat(isPlain(0, text("k"), 1L, null, null, null)).isFalse();
    assertThat(isPlain(-1, text("k"), 1L, null, null, null)).isFalse();
    RowType number = RowType.of(DataTypes.BIGINT().getLogicalType());
    assertThat(new PlainRows(number, List.of(), -1).isPlain(GenericRowData.of(1L))).isFalse();
  }
}
