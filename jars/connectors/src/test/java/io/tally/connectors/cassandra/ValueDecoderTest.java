package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import com.datastax.oss.driver.internal.core.type.UserDefinedTypeBuilder;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every pair of types is read from a real server by {@code LookupServerTest}. */
class ValueDecoderTest {

  private static final TargetTable TABLE = new TargetTable("ks", "t", List.of(), List.of(), null);
  private static final UserDefinedType PLACE =
      new UserDefinedTypeBuilder(
              CqlIdentifier.fromInternal("ks"), CqlIdentifier.fromInternal("place"))
          .withField(CqlIdentifier.fromInternal("street"), DataTypes.TEXT)
          .withField(CqlIdentifier.fromInternal("since"), DataTypes.DURATION)
          .withField(CqlIdentifier.fromInternal("number"), DataTypes.INT)
          .build();

  private static LogicalType type(String sql) {
    return LogicalTypeParser.parse(sql, ValueDecoderTest.class.getClassLoader());
  }

  private static ColumnDecoder decoder(String type, DataType cql) {
    return ColumnDecoder.of(TABLE, new Column("c", type(type), 0), cql);
  }

  private static Object decode(String type, DataType cql, Object value) {
    TypeCodec<Object> codec = CodecRegistry.DEFAULT.codecFor(cql);
    return decoder(type, cql).decode(codec.encode(value, ValueDecoder.PROTOCOL));
  }

  private static void refusesValue(String type, DataType cql, Object value, String what) {
    assertThatThrownBy(() -> decode(type, cql, value))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("column ks.t.c holds %s; declare a type that holds it".formatted(what));
  }

  @ParameterizedTest
  @CsvSource({
    "7.1, 7.10",
    "0, 0.00",
    "-99999999.99, -99999999.99",
    "1E+2, 100.00",
    "1.2300000, 1.23",
    "0E+1000000, 0.00",
    "0E-1000000, 0.00"
  })
  void readsADecimalThatFits(BigDecimal value, BigDecimal read) {
    assertThat(decode("DECIMAL(10, 2)", DataTypes.DECIMAL, value))
        .isEqualTo(DecimalData.fromBigDecimal(read, 10, 2));
  }

  @ParameterizedTest
  @CsvSource({"1.239", "100000000", "-123456789.01", "1E+1000000", "1E-1000000"})
  void neverRoundsADecimal(BigDecimal value) {
    refusesValue(
        "DECIMAL(10, 2)",
        DataTypes.DECIMAL,
        value,
        value + ", which DECIMAL(10, 2) cannot hold without rounding");
  }

  @Test
  void neverCutsAValue() {
    BigInteger big = BigInteger.TEN.pow(6);
    refusesValue(
        "DECIMAL(6, 0)",
        DataTypes.VARINT,
        big,
        "1000000, which DECIMAL(6, 0) cannot hold without rounding");
    refusesValue(
        "TIME(3)",
        DataTypes.TIME,
        LocalTime.ofNanoOfDay(1_000),
        "00:00:00.000001, which TIME(3) cannot hold without rounding");
    refusesValue(
        "TIMESTAMP(0)",
        DataTypes.TIMESTAMP,
        Instant.ofEpochMilli(-1),
        "1969-12-31T23:59:59.999, which TIMESTAMP(0) cannot hold without rounding");
    refusesValue("VARCHAR(3)", DataTypes.TEXT, "four", "4 characters, more than VARCHAR(3) can");
    refusesValue(
        "VARBINARY(1)",
        DataTypes.BLOB,
        ByteBuffer.wrap(new byte[2]),
        "2 bytes, more than VARBINARY(1) can");
    refusesValue(
        "ARRAY<DECIMAL(2, 1)>",
        DataTypes.listOf(DataTypes.DECIMAL),
        List.of(new BigDecimal("0.01")),
        "0.01, which DECIMAL(2, 1) cannot hold without rounding");
  }

  @Test
  void countsCharactersNotBytes() {
    assertThat(decode("VARCHAR(3)", DataTypes.TEXT, "a\u00e9\ud83d\ude00"))
        .isEqualTo(StringData.fromString("a\u00e9\ud83d\ude00"));
  }

  @Test
  void readsWiderThanCassandraHas() {
    assertThat(decode("BIGINT", DataTypes.TINYINT, (byte) -1)).isEqualTo(-1L);
    assertThat(decode("SMALLINT", DataTypes.TINYINT, (byte) -1)).isEqualTo((short) -1);
    assertThat(decode("INT", DataTypes.SMALLINT, (short) -2)).isEqualTo(-2);
    assertThat(decode("DOUBLE", DataTypes.FLOAT, 0.5f)).isEqualTo(0.5d);
    assertThat(decode("TIMESTAMP(6)", DataTypes.TIMESTAMP, Instant.ofEpochMilli(-1)))
        .isEqualTo(TimestampData.fromEpochMillis(-1));
    assertThat(decoder("BIGINT", DataTypes.COUNTER).decode(ByteBuffer.allocate(8).putLong(0, 9)))
        .isEqualTo(9L);
  }

  @Test
  void takesEmptyBytesOfANumberForNull() {
    assertThat(decoder("INT", DataTypes.INT).decode(ByteBuffer.allocate(0))).isNull();
    assertThat(decoder("STRING", DataTypes.TEXT).decode(ByteBuffer.allocate(0)))
        .isEqualTo(StringData.fromString(""));
    assertThatThrownBy(() -> decoder("INT NOT NULL", DataTypes.INT).decode(null))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("column ks.t.c is null in a row, but declared NOT NULL; declare it without");
  }

  @Test
  void readsFieldsByNameAndLeavesOutOthers() {
    ColumnDecoder decoder = decoder("ROW<number INT, street STRING>", PLACE);
    ByteBuffer whole = ByteBuffer.allocate(17);
    whole.putInt(1).put((byte) 's').putInt(-1).putInt(4).putInt(7).flip();
    assertThat(decoder.decode(whole)).isEqualTo(GenericRowData.of(7, StringData.fromString("s")));
    ByteBuffer beforeAFieldWasAdded = ByteBuffer.allocate(5).putInt(1).put((byte) 's').flip();
    assertThat(decoder.decode(beforeAFieldWasAdded))
        .isEqualTo(GenericRowData.of(null, StringData.fromString("s")));
    ByteBuffer withNull = ByteBuffer.allocate(4).putInt(-1).flip();
    assertThatThrownBy(() -> decoder("ROW<street STRING NOT NULL>", PLACE).decode(withNull))
        .hasMessage(
            "column ks.t.c holds a null inside, where STRING NOT NULL is declared;"
                + " declare a type that holds it");
  }

  @Test
  void readsAnEmptyCollection() {
    assertThat(decode("ARRAY<INT>", DataTypes.setOf(DataTypes.INT), java.util.Set.of()))
        .isEqualTo(new GenericArrayData(new Object[0]));
  }

  @Test
  void saysWhatToDeclare() {
    refusesType("BIGINT", DataTypes.TEXT, "text", "BIGINT", "declare it STRING");
    refusesType("INT", DataTypes.BIGINT, "bigint", "INT", "declare it BIGINT");
    refusesType("FLOAT", DataTypes.DOUBLE, "double", "FLOAT", "declare it DOUBLE");
    refusesType("STRING NOT NULL", DataTypes.BLOB, "blob", "STRING", "declare it BYTES");
    refusesType("BYTES", DataTypes.UUID, "uuid", "BYTES", "declare it STRING");
    refusesType("BIGINT", DataTypes.VARINT, "varint", "BIGINT", "declare it DECIMAL(p, 0)");
    refusesType("DOUBLE", DataTypes.DECIMAL, "decimal", "DOUBLE", "declare it DECIMAL(p, s)");
    refusesType(
        "BIGINT",
        DataTypes.TIMESTAMP,
        "timestamp",
        "BIGINT",
        "declare it TIMESTAMP(3) or TIMESTAMP_LTZ(3)");
    refusesType(
        "STRING",
        DataTypes.mapOf(DataTypes.TEXT, DataTypes.setOf(DataTypes.TIME)),
        "map<text, set<time>>",
        "STRING",
        "declare it MAP<STRING, ARRAY<TIME(3)>>");
    refusesType(
        "ROW<`city` STRING>",
        PLACE,
        "ks.place",
        "ROW<`city` STRING>",
        "declare it ROW<`street` STRING, `number` INT>");
    refusesType(
        "STRING",
        DataTypes.tupleOf(DataTypes.INT, DataTypes.TEXT),
        "frozen<tuple<int, text>>",
        "STRING",
        "declare it ROW<f0 INT, f1 STRING>");
    refusesType(
        "STRING",
        DataTypes.DURATION,
        "duration",
        "STRING",
        "leave the column out: no Flink type holds it");
  }

  @Test
  void saysWhatToDeclareForAPart() {
    refusesType(
        "ARRAY<STRING>", DataTypes.listOf(DataTypes.INT), "int", "STRING", "declare it INT");
  }

  private static void refusesType(
      String type, DataType cql, String cqlName, String typeName, String advice) {
    assertThatThrownBy(() -> decoder(type, cql))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(
            "column ks.t.c is %s in Cassandra, which %s cannot hold; %s"
                .formatted(cqlName, typeName, advice));
  }
}
