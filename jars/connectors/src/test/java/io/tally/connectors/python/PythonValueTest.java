package io.tally.connectors.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PythonValueTest {

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of(DataTypes.BOOLEAN(), true, true),
        Arguments.of(DataTypes.TINYINT(), (byte) -128, -128L),
        Arguments.of(DataTypes.SMALLINT(), (short) 7, 7L),
        Arguments.of(DataTypes.INT(), Integer.MIN_VALUE, (long) Integer.MIN_VALUE),
        Arguments.of(DataTypes.BIGINT(), Long.MAX_VALUE, Long.MAX_VALUE),
        Arguments.of(DataTypes.FLOAT(), 0.5f, 0.5),
        Arguments.of(DataTypes.DOUBLE(), 0.1, 0.1),
        Arguments.of(
            DataTypes.DECIMAL(10, 2),
            DecimalData.fromBigDecimal(new BigDecimal("1.50"), 10, 2),
            "1.50"),
        Arguments.of(DataTypes.STRING(), StringData.fromString("zoë"), "zoë"),
        Arguments.of(DataTypes.DATE(), -1, -1L),
        Arguments.of(DataTypes.TIME(3), 86_399_999, 86_399_999L),
        Arguments.of(
            DataTypes.TIMESTAMP(6), TimestampData.fromEpochMillis(-1, 999_000), -1_000L + 999),
        Arguments.of(DataTypes.TIMESTAMP_LTZ(3), TimestampData.fromEpochMillis(5), 5_000L));
  }

  @ParameterizedTest
  @MethodSource("values")
  void crossesBothWaysAlsoAsNullAndInsideOthers(DataType type, Object value, Object crossing) {
    crosses(type, value, crossing);
    crosses(type, null, null);
    Object[] both = {crossing, null};
    crosses(DataTypes.ARRAY(type), new GenericArrayData(new Object[] {value, null}), both);
    crosses(
        DataTypes.ROW(DataTypes.FIELD("a", type), DataTypes.FIELD("b", type)),
        GenericRowData.of(value, null),
        both);
    crosses(
        DataTypes.MAP(type, type),
        new GenericMapData(singleton(value)),
        new Object[] {crossing, null});
  }

  private static Map<Object, Object> singleton(Object key) {
    return Collections.singletonMap(key, null);
  }

  private static void crosses(DataType type, Object value, Object crossing) {
    PythonValue converter = PythonValue.of(type.getLogicalType());
    assertThat(converter.toPython(value)).isEqualTo(crossing);
    assertThat(converter.toSql(crossing)).isEqualTo(value);
  }

  @Test
  void aTimeOutOfReachIsTheOutermostOne() {
    PythonValue time = PythonValue.of(DataTypes.TIMESTAMP(3).getLogicalType());
    assertThat(time.toPython(TimestampData.fromEpochMillis(Long.MAX_VALUE)))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(time.toPython(TimestampData.fromEpochMillis(Long.MIN_VALUE)))
        .isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void aTypeThatPythonHasNoValueForIsNamed() {
    assertThatThrownBy(() -> PythonValue.of(DataTypes.INTERVAL(DataTypes.DAY()).getLogicalType()))
        .hasMessage("Python functions have no value for INTERVAL DAY(2)");
  }

  @Test
  void typesAreDescribed() {
    DataType type =
        DataTypes.ROW(
            DataTypes.FIELD("a", DataTypes.DECIMAL(10, 2).notNull()),
            DataTypes.FIELD("b", DataTypes.ARRAY(DataTypes.VARCHAR(3))));
    Object[] described = (Object[]) TypeDescription.of(List.of(type.getLogicalType()))[0];
    assertThat(Arrays.deepToString(described))
        .isEqualTo(
            "[ROW, true, ROW<`a` DECIMAL(10, 2) NOT NULL, `b` ARRAY<VARCHAR(3)>>, 0, 0, ["
                + "[DECIMAL, false, DECIMAL(10, 2) NOT NULL, 10, 2, [], []], "
                + "[ARRAY, true, ARRAY<VARCHAR(3)>, 0, 0, "
                + "[[VARCHAR, true, VARCHAR(3), 3, 0, [], []]], []]], [a, b]]");
  }
}
