package io.tally.connectors.cassandra;

import static com.datastax.oss.driver.api.core.type.DataTypes.ASCII;
import static com.datastax.oss.driver.api.core.type.DataTypes.BLOB;
import static com.datastax.oss.driver.api.core.type.DataTypes.FLOAT;
import static com.datastax.oss.driver.api.core.type.DataTypes.INET;
import static com.datastax.oss.driver.api.core.type.DataTypes.TEXT;
import static com.datastax.oss.driver.api.core.type.DataTypes.TIME;
import static com.datastax.oss.driver.api.core.type.DataTypes.TIMEUUID;
import static com.datastax.oss.driver.api.core.type.DataTypes.UUID;
import static com.datastax.oss.driver.api.core.type.DataTypes.frozenListOf;
import static com.datastax.oss.driver.api.core.type.DataTypes.vectorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import com.datastax.oss.driver.api.core.type.codec.registry.MutableCodecRegistry;
import com.datastax.oss.driver.internal.core.type.codec.registry.DefaultCodecRegistry;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Arrays;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is encoded here is read back as the driver reads it. */
class ValueEncoderTest {

  private static final MutableCodecRegistry CODECS = new DefaultCodecRegistry("test");

  private static Object roundTrip(DataType type, Object value, CodecRegistry codecs) {
    Column column = new Column("c", type.getLogicalType(), 0);
    ByteBuffer bytes = ValueEncoder.of(column.type(), CqlTypes.of(column)).encode(value);
    return codecs.codecFor(CqlTypes.of(column)).decode(bytes, ValueEncoder.PROTOCOL);
  }

  static Stream<Arguments> values() {
    Instant instant = Instant.parse("2013-01-02T03:04:05.678Z");
    return Stream.of(
        Arguments.of(DataTypes.STRING(), StringData.fromString("é€"), "é€"),
        Arguments.of(DataTypes.STRING(), StringData.fromString(""), ""),
        Arguments.of(DataTypes.BOOLEAN(), true, true),
        Arguments.of(DataTypes.BYTES(), new byte[] {1, 2}, ByteBuffer.wrap(new byte[] {1, 2})),
        Arguments.of(DataTypes.TINYINT(), (byte) -1, (byte) -1),
        Arguments.of(DataTypes.SMALLINT(), (short) -2, (short) -2),
        Arguments.of(DataTypes.INT(), Integer.MIN_VALUE, Integer.MIN_VALUE),
        Arguments.of(DataTypes.BIGINT(), Long.MAX_VALUE, Long.MAX_VALUE),
        Arguments.of(DataTypes.FLOAT(), 1.5f, 1.5f),
        Arguments.of(DataTypes.DOUBLE(), -0.0, -0.0),
        Arguments.of(
            DataTypes.DECIMAL(20, 2),
            DecimalData.fromBigDecimal(new BigDecimal("123456789012345678.90"), 20, 2),
            new BigDecimal("123456789012345678.90")),
        Arguments.of(DataTypes.DATE(), -1, LocalDate.of(1969, 12, 31)),
        Arguments.of(DataTypes.TIME(3), 3_723_004, LocalTime.of(1, 2, 3, 4_000_000)),
        Arguments.of(
            DataTypes.TIMESTAMP(3),
            TimestampData.fromLocalDateTime(LocalDateTime.parse("2013-01-02T03:04:05.678")),
            instant),
        Arguments.of(DataTypes.TIMESTAMP_LTZ(3), TimestampData.fromInstant(instant), instant),
        Arguments.of(
            DataTypes.ARRAY(DataTypes.STRING()),
            new GenericArrayData(
                new Object[] {StringData.fromString("a"), StringData.fromString("")}),
            List.of("a", "")),
        Arguments.of(DataTypes.ARRAY(DataTypes.INT()), new GenericArrayData(new int[0]), List.of()),
        Arguments.of(
            DataTypes.MAP(DataTypes.STRING(), DataTypes.ARRAY(DataTypes.BIGINT())),
            new GenericMapData(
                Map.of(StringData.fromString("k"), new GenericArrayData(new long[] {1, 2}))),
            Map.of("k", List.of(1L, 2L))));
  }

  @ParameterizedTest
  @MethodSource("values")
  void isReadBackByTheDriver(DataType type, Object value, Object expected) {
    assertThat(roundTrip(type, value, CODECS)).isEqualTo(expected);
  }

  static Stream<Arguments> unfit() {
    GenericArrayData holed = new GenericArrayData(Arrays.asList(1f, null).toArray());
    return Stream.of(
        Arguments.of(
            DataTypes.STRING(),
            ASCII,
            StringData.fromString("caf\u00e9"),
            "'caf\u00e9' is not ASCII, and the column holds nothing else"),
        Arguments.of(
            DataTypes.STRING(),
            ASCII,
            StringData.fromString("\ud83d\ude00".repeat(61)),
            "'"
                + "\ud83d\ude00".repeat(60)
                + "...' is not ASCII, and the column holds nothing else"),
        Arguments.of(
            DataTypes.STRING(),
            UUID,
            StringData.fromString("1-1-1-1-1"),
            "'1-1-1-1-1' is not a UUID, as 123e4567-e89b-12d3-a456-426614174000 is"),
        Arguments.of(
            DataTypes.STRING(),
            UUID,
            StringData.fromString(""),
            "'' is not a UUID, as 123e4567-e89b-12d3-a456-426614174000 is"),
        Arguments.of(
            DataTypes.STRING(),
            TIMEUUID,
            StringData.fromString("9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"),
            "'9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d' is a UUID of version 4; a timeuuid has"
                + " version 1"),
        Arguments.of(
            DataTypes.STRING(),
            INET,
            StringData.fromString("localhost"),
            "'localhost' is not an IP address; host names are not looked up"),
        Arguments.of(
            DataTypes.STRING(),
            INET,
            StringData.fromString("127.1"),
            "'127.1' is not an IP address; host names are not looked up"),
        Arguments.of(
            DataTypes.STRING(),
            INET,
            StringData.fromString("fe80::1%eth0"),
            "'fe80::1%eth0' is not an IP address; host names are not looked up"),
        Arguments.of(
            DataTypes.STRING(),
            TEXT,
            StringData.fromBytes(new byte[] {'a', (byte) 0xff}),
            "'a\ufffd' is not UTF-8, and the column holds nothing else"),
        Arguments.of(
            DataTypes.STRING(),
            TEXT,
            // Cassandra's own check lets it pass; no client could read it.
            StringData.fromBytes(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}),
            "'\ufffd' is not UTF-8, and the column holds nothing else"),
        Arguments.of(
            DataTypes.TIME(), TIME, 86_400_000, "86400000 ms after midnight is no time of day"),
        Arguments.of(DataTypes.TIME(), TIME, -1, "-1 ms after midnight is no time of day"),
        Arguments.of(
            DataTypes.ARRAY(DataTypes.FLOAT()),
            frozenListOf(FLOAT),
            holed,
            "an ARRAY or MAP holds a null, which a Cassandra collection cannot"),
        Arguments.of(
            DataTypes.ARRAY(DataTypes.FLOAT()),
            vectorOf(FLOAT, 2),
            holed,
            "an ARRAY holds a null, which a vector cannot"),
        Arguments.of(
            DataTypes.ARRAY(DataTypes.FLOAT()),
            vectorOf(FLOAT, 3),
            holed,
            "an ARRAY has 2 elements, but the vector 3"));
  }

  @ParameterizedTest
  @MethodSource("unfit")
  void refusesAValueThatTheColumnCannotHoldAndNamesTheColumn(
      DataType type, com.datastax.oss.driver.api.core.type.DataType cql, Object value, String why) {
    TargetTable table = new Tables().column("c", type).column("k", type).key("k").target();
    ColumnEncoder encoder = ColumnEncoder.of(table.column("c"), cql);
    assertThatThrownBy(() -> encoder.encode(GenericRowData.of(value, null), table))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("column ks.t.c: " + why);
  }

  @ParameterizedTest
  @CsvSource({
    "UUID, 9B1DEB4D-3b7d-4bad-9bdd-2b0d7b3dcb6d, 9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    "INET, 2001:DB8:0::1, 2001:db8::1",
    "INET, ::ffff:10.0.0.1, 10.0.0.1",
  })
  void aKeyHasOneFormOnly(String cqlName, String other, String canonical) {
    TargetTable table = new Tables().column("k", DataTypes.STRING()).key("k").target();
    var cql = cqlName.equals("UUID") ? UUID : INET;
    ColumnEncoder key = ColumnEncoder.ofKey(table.column("k"), cql);
    ByteBuffer bytes = key.encodeKey(GenericRowData.of(StringData.fromString(canonical)), table);
    GenericRowData row = GenericRowData.of(StringData.fromString(other));
    assertThat(ColumnEncoder.of(table.column("k"), cql).encode(row, table)).isEqualTo(bytes);
    assertThatThrownBy(() -> key.encodeKey(row, table))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(
            "column ks.t.k: '%s' is '%s' to Cassandra; in a key it must be written so"
                .formatted(other, canonical));
  }

  /** With object reuse the next row is read into the same memory. */
  @Test
  void keepsNoMemoryOfTheRow() {
    byte[] memory = "text".getBytes(StandardCharsets.UTF_8);
    ByteBuffer text =
        ValueEncoder.of(DataTypes.STRING().getLogicalType(), TEXT)
            .encode(StringData.fromBytes(memory));
    ByteBuffer ascii =
        ValueEncoder.of(DataTypes.STRING().getLogicalType(), ASCII)
            .encode(StringData.fromBytes(memory));
    ByteBuffer blob = ValueEncoder.of(DataTypes.BYTES().getLogicalType(), BLOB).encode(memory);
    Arrays.fill(memory, (byte) 'x');
    ByteBuffer expected = ByteBuffer.wrap("text".getBytes(StandardCharsets.UTF_8));
    assertThat(List.of(text, ascii, blob)).containsExactly(expected, expected, expected);
  }
}
