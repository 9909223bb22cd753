package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CqlTypesTest {

  static Stream<Arguments> stored() {
    return Stream.of(
        Arguments.of(DataTypes.CHAR(3), "text"),
        Arguments.of(DataTypes.VARCHAR(30), "text"),
        Arguments.of(DataTypes.STRING(), "text"),
        Arguments.of(DataTypes.BOOLEAN(), "boolean"),
        Arguments.of(DataTypes.BINARY(2), "blob"),
        Arguments.of(DataTypes.BYTES(), "blob"),
        Arguments.of(DataTypes.TINYINT(), "tinyint"),
        Arguments.of(DataTypes.SMALLINT(), "smallint"),
        Arguments.of(DataTypes.INT(), "int"),
        Arguments.of(DataTypes.BIGINT(), "bigint"),
        Arguments.of(DataTypes.FLOAT(), "float"),
        Arguments.of(DataTypes.DOUBLE(), "double"),
        Arguments.of(DataTypes.DECIMAL(10, 2), "decimal"),
        Arguments.of(DataTypes.DATE(), "date"),
        Arguments.of(DataTypes.TIME(), "time"),
        Arguments.of(DataTypes.TIMESTAMP(0), "timestamp"),
        Arguments.of(DataTypes.TIMESTAMP(3), "timestamp"),
        Arguments.of(DataTypes.TIMESTAMP_LTZ(3), "timestamp"),
        Arguments.of(DataTypes.ARRAY(DataTypes.INT()), "list<int>"),
        Arguments.of(DataTypes.MAP(DataTypes.STRING(), DataTypes.DATE()), "map<text, date>"),
        Arguments.of(
            DataTypes.ROW(
                DataTypes.FIELD("a", DataTypes.INT()), DataTypes.FIELD("b", DataTypes.STRING())),
            "tuple<int, text>"));
  }

  @ParameterizedTest
  @MethodSource("stored")
  void hasACqlType(DataType type, String cql) {
    Column column = new Column("c", type.getLogicalType(), 0);
    assertThat(CqlTypes.of(column).asCql(false, true)).isEqualTo(cql);
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(DataTypes.TIMESTAMP(6), "TIMESTAMP(6)", "CAST(`c` AS TIMESTAMP(3))"),
        Arguments.of(
            DataTypes.TIMESTAMP_LTZ(9), "TIMESTAMP_LTZ(9)", "CAST(`c` AS TIMESTAMP_LTZ(3))"),
        Arguments.of(
            DataTypes.ARRAY(DataTypes.TIMESTAMP(6)),
            "ARRAY<TIMESTAMP(6)>",
            "TIMESTAMP(3) in its place"),
        Arguments.of(
            DataTypes.ROW(DataTypes.FIELD("f", DataTypes.TIMESTAMP(6))),
            "ROW<`f` TIMESTAMP(6)>",
            "TIMESTAMP(3) in its place"),
        Arguments.of(
            DataTypes.MULTISET(DataTypes.INT()), "MULTISET<INT>", "MAP with BIGINT counts"),
        Arguments.of(
            DataTypes.INTERVAL(DataTypes.MONTH()),
            "INTERVAL MONTH",
            "a BIGINT count of milliseconds or months"),
        Arguments.of(
            DataTypes.TIMESTAMP_WITH_TIME_ZONE(3),
            "TIMESTAMP(3) WITH TIME ZONE",
            "CAST(`c` AS STRING)"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void isRefusedWithWhatToUseInstead(DataType type, String shown, String instead) {
    Column column = new Column("c", type.notNull().getLogicalType(), 0);
    assertThatThrownBy(() -> CqlTypes.of(column))
        .isInstanceOf(ValidationException.class)
        .hasMessage("column 'c' is " + shown + ", which Cassandra cannot store; use " + instead);
  }
}
