package io.tally.connectors.cassandra;

import static org.apache.flink.table.api.DataTypes.ARRAY;
import static org.apache.flink.table.api.DataTypes.BIGINT;
import static org.apache.flink.table.api.DataTypes.BINARY;
import static org.apache.flink.table.api.DataTypes.BOOLEAN;
import static org.apache.flink.table.api.DataTypes.BYTES;
import static org.apache.flink.table.api.DataTypes.CHAR;
import static org.apache.flink.table.api.DataTypes.DATE;
import static org.apache.flink.table.api.DataTypes.DECIMAL;
import static org.apache.flink.table.api.DataTypes.DOUBLE;
import static org.apache.flink.table.api.DataTypes.FIELD;
import static org.apache.flink.table.api.DataTypes.FLOAT;
import static org.apache.flink.table.api.DataTypes.INT;
import static org.apache.flink.table.api.DataTypes.INTERVAL;
import static org.apache.flink.table.api.DataTypes.MAP;
import static org.apache.flink.table.api.DataTypes.MONTH;
import static org.apache.flink.table.api.DataTypes.MULTISET;
import static org.apache.flink.table.api.DataTypes.ROW;
import static org.apache.flink.table.api.DataTypes.SMALLINT;
import static org.apache.flink.table.api.DataTypes.STRING;
import static org.apache.flink.table.api.DataTypes.TIME;
import static org.apache.flink.table.api.DataTypes.TIMESTAMP;
import static org.apache.flink.table.api.DataTypes.TIMESTAMP_LTZ;
import static org.apache.flink.table.api.DataTypes.TINYINT;
import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.internal.core.type.UserDefinedTypeBuilder;
import io.tally.connectors.cassandra.TypeFit.Use;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.types.logical.LogicalType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TypeFitTest {

  private static final DataType PLACE =
      new UserDefinedTypeBuilder("ks", "place")
          .withField("street", DataTypes.TEXT)
          .withField("zip", DataTypes.INT)
          .frozen()
          .build();

  private static Arguments pair(
      org.apache.flink.table.types.DataType flink, DataType cql, Use... uses) {
    return Arguments.of(flink, cql, List.of(uses));
  }

  private static Arguments both(org.apache.flink.table.types.DataType flink, DataType cql) {
    return pair(flink, cql, Use.WRITE, Use.READ);
  }

  static Stream<Arguments> pairs() {
    return Stream.of(
        both(TINYINT(), DataTypes.TINYINT),
        both(SMALLINT(), DataTypes.SMALLINT),
        both(INT(), DataTypes.INT),
        both(BIGINT(), DataTypes.BIGINT),
        pair(TINYINT(), DataTypes.SMALLINT, Use.WRITE),
        pair(TINYINT(), DataTypes.BIGINT, Use.WRITE),
        pair(SMALLINT(), DataTypes.INT, Use.WRITE),
        pair(INT(), DataTypes.BIGINT, Use.WRITE),
        pair(SMALLINT(), DataTypes.TINYINT, Use.READ),
        pair(BIGINT(), DataTypes.INT, Use.READ),
        pair(BIGINT(), DataTypes.COUNTER, Use.READ),
        pair(INT(), DataTypes.COUNTER),
        pair(BIGINT(), DataTypes.VARINT),
        pair(INT(), DataTypes.DECIMAL),
        both(FLOAT(), DataTypes.FLOAT),
        both(DOUBLE(), DataTypes.DOUBLE),
        pair(FLOAT(), DataTypes.DOUBLE, Use.WRITE),
        pair(DOUBLE(), DataTypes.FLOAT, Use.READ),
        pair(FLOAT(), DataTypes.INT),
        both(DECIMAL(10, 2), DataTypes.DECIMAL),
        both(DECIMAL(38, 0), DataTypes.DECIMAL),
        both(DECIMAL(38, 0), DataTypes.VARINT),
        pair(DECIMAL(38, 1), DataTypes.VARINT, Use.READ),
        both(BOOLEAN(), DataTypes.BOOLEAN),
        both(CHAR(3), DataTypes.TEXT),
        both(STRING(), DataTypes.TEXT),
        both(STRING(), DataTypes.ASCII),
        both(STRING(), DataTypes.UUID),
        both(STRING(), DataTypes.TIMEUUID),
        both(STRING(), DataTypes.INET),
        pair(STRING(), DataTypes.INT),
        pair(STRING(), DataTypes.DURATION),
        both(BYTES(), DataTypes.BLOB),
        both(BINARY(4), DataTypes.BLOB),
        both(DATE(), DataTypes.DATE),
        both(TIME(0), DataTypes.TIME),
        both(TIME(9), DataTypes.TIME),
        both(TIMESTAMP(3), DataTypes.TIMESTAMP),
        both(TIMESTAMP_LTZ(3), DataTypes.TIMESTAMP),
        both(TIMESTAMP(0), DataTypes.TIMESTAMP),
        pair(TIMESTAMP(6), DataTypes.TIMESTAMP, Use.READ),
        pair(TIMESTAMP_LTZ(9), DataTypes.TIMESTAMP, Use.READ),
        pair(BIGINT(), DataTypes.TIMESTAMP),
        both(ARRAY(INT()), DataTypes.frozenListOf(DataTypes.INT)),
        pair(ARRAY(INT()), DataTypes.listOf(DataTypes.INT), Use.READ),
        both(ARRAY(INT()), DataTypes.setOf(DataTypes.INT)),
        both(ARRAY(INT()), DataTypes.frozenSetOf(DataTypes.INT)),
        pair(ARRAY(INT()), DataTypes.frozenSetOf(DataTypes.BIGINT), Use.WRITE),
        pair(ARRAY(INT()), DataTypes.INT),
        both(ARRAY(ARRAY(STRING())), DataTypes.setOf(DataTypes.frozenListOf(DataTypes.UUID))),
        both(ARRAY(FLOAT()), DataTypes.vectorOf(DataTypes.FLOAT, 3)),
        pair(ARRAY(DOUBLE()), DataTypes.vectorOf(DataTypes.FLOAT, 3)),
        pair(ARRAY(INT()), DataTypes.vectorOf(DataTypes.INT, 3)),
        both(MAP(STRING(), DATE()), DataTypes.mapOf(DataTypes.INET, DataTypes.DATE)),
        pair(MAP(STRING(), DATE()), DataTypes.mapOf(DataTypes.INT, DataTypes.DATE)),
        pair(MULTISET(STRING()), DataTypes.mapOf(DataTypes.TEXT, DataTypes.INT)),
        pair(INTERVAL(MONTH()), DataTypes.DURATION),
        both(ROW(FIELD("zip", INT())), PLACE),
        both(ROW(FIELD("zip", INT()), FIELD("street", STRING())), PLACE),
        pair(ROW(FIELD("Zip", INT())), PLACE),
        pair(ROW(FIELD("zip", BIGINT())), PLACE, Use.READ),
        both(
            ROW(FIELD("a", INT()), FIELD("b", ROW(FIELD("zip", INT())))),
            DataTypes.tupleOf(DataTypes.INT, PLACE)),
        pair(ROW(FIELD("a", INT())), DataTypes.tupleOf(DataTypes.INT, DataTypes.INT)));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void acceptsWhatLosesNothing(
      org.apache.flink.table.types.DataType flink, DataType cql, List<Use> fitting) {
    for (Use use : Use.values()) {
      assertThat(TypeFit.misfit(flink.getLogicalType(), cql, use).isEmpty())
          .as("%s", use)
          .isEqualTo(fitting.contains(use));
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aDecoderIsThereForWhatIsReadAndForNothingElse(
      org.apache.flink.table.types.DataType flink, DataType cql, List<Use> fitting) {
    assertThat(isDecoded(flink.getLogicalType(), cql)).isEqualTo(fitting.contains(Use.READ));
  }

  private static boolean isDecoded(LogicalType flink, DataType cql) {
    try {
      ValueDecoder.of(flink, cql);
      return true;
    } catch (ValueDecoder.UnfitTypeException e) {
      return false;
    }
  }

  static Stream<Arguments> reasons() {
    return Stream.of(
        Arguments.of(
            BIGINT(), DataTypes.TEXT, Use.WRITE, "BIGINT goes into bigint, text takes STRING"),
        Arguments.of(
            INT().notNull(),
            DataTypes.SMALLINT,
            Use.WRITE,
            "INT goes into int or bigint, smallint takes TINYINT or SMALLINT"),
        Arguments.of(
            INT(),
            DataTypes.BIGINT,
            Use.READ,
            "INT reads tinyint, smallint or int, bigint is read as BIGINT"),
        Arguments.of(
            STRING(),
            DataTypes.DECIMAL,
            Use.WRITE,
            "STRING goes into text, ascii, uuid, timeuuid or inet, decimal takes DECIMAL(p, s)"),
        Arguments.of(
            DECIMAL(5, 1),
            DataTypes.VARINT,
            Use.WRITE,
            "DECIMAL(5, 1) goes into decimal, varint takes DECIMAL(p, 0)"),
        Arguments.of(
            STRING(),
            DataTypes.DURATION,
            Use.WRITE,
            "STRING goes into text, ascii, uuid, timeuuid or inet, duration takes no Flink type"),
        Arguments.of(
            INTERVAL(MONTH()),
            DataTypes.INT,
            Use.WRITE,
            "INTERVAL MONTH goes into no CQL type, int takes TINYINT, SMALLINT or INT"),
        Arguments.of(
            MULTISET(INT()),
            DataTypes.mapOf(DataTypes.INT, DataTypes.INT),
            Use.WRITE,
            "MULTISET<INT> goes into no CQL type, map<int, int> takes MAP"),
        Arguments.of(
            BIGINT(),
            DataTypes.TIMESTAMP,
            Use.WRITE,
            "cast it, milliseconds by TO_TIMESTAMP_LTZ(..., 3)"),
        Arguments.of(BIGINT(), DataTypes.TIMESTAMP, Use.READ, "declare TIMESTAMP_LTZ(3)"),
        Arguments.of(
            TIMESTAMP(6),
            DataTypes.TIMESTAMP,
            Use.WRITE,
            "timestamp holds milliseconds; cast to TIMESTAMP(3)"),
        Arguments.of(
            STRING(),
            DataTypes.TIMESTAMP,
            Use.WRITE,
            "STRING goes into text, ascii, uuid, timeuuid or inet,"
                + " timestamp takes TIMESTAMP(3) or TIMESTAMP_LTZ(3)"),
        Arguments.of(
            ARRAY(INT()),
            DataTypes.listOf(DataTypes.INT),
            Use.WRITE,
            "a retried write would add the elements of a list that is not frozen again;"
                + " make it frozen<list<int>> or a set"),
        Arguments.of(
            ARRAY(INT()),
            DataTypes.TEXT,
            Use.WRITE,
            "ARRAY<INT> goes into a frozen list or a set, text takes STRING"),
        Arguments.of(
            ARRAY(DOUBLE()),
            DataTypes.vectorOf(DataTypes.FLOAT, 3),
            Use.WRITE,
            "ARRAY<DOUBLE> goes into a frozen list or a set, vector<float, 3> takes ARRAY<FLOAT>"),
        Arguments.of(
            ARRAY(INT()),
            DataTypes.setOf(DataTypes.TEXT),
            Use.WRITE,
            "its elements: INT goes into int or bigint, text takes STRING"),
        Arguments.of(
            MAP(STRING(), MAP(INT(), INT())),
            DataTypes.mapOf(DataTypes.TEXT, DataTypes.frozenMapOf(DataTypes.DATE, DataTypes.INT)),
            Use.WRITE,
            "its values: its keys: INT goes into int or bigint, date takes DATE"),
        Arguments.of(
            STRING(),
            PLACE,
            Use.WRITE,
            "STRING goes into text, ascii, uuid, timeuuid or inet, frozen<ks.place> takes ROW"),
        Arguments.of(
            ROW(FIELD("zip", STRING()), FIELD("town", STRING())),
            PLACE,
            Use.WRITE,
            "its field 'zip': STRING goes into text, ascii, uuid, timeuuid or inet,"
                + " int takes TINYINT, SMALLINT or INT;"
                + " its field 'town' is not in the type, which has street, zip"),
        Arguments.of(
            ROW(FIELD("a", INT())),
            DataTypes.tupleOf(DataTypes.INT, DataTypes.INT),
            Use.WRITE,
            "a tuple takes fields by position; the ROW has 1, the tuple 2"),
        Arguments.of(
            ROW(FIELD("a", DATE())),
            DataTypes.tupleOf(DataTypes.TIME),
            Use.READ,
            "its field 'a': DATE reads date, time is read as TIME"),
        Arguments.of(
            ROW(FIELD("a", INT())),
            DataTypes.INT,
            Use.WRITE,
            "ROW<`a` INT> goes into a user-defined type or a tuple,"
                + " int takes TINYINT, SMALLINT or INT"));
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void saysWhatFits(
      org.apache.flink.table.types.DataType flink, DataType cql, Use use, String reason) {
    assertThat(TypeFit.misfit(flink.getLogicalType(), cql, use)).contains(reason);
  }
}
