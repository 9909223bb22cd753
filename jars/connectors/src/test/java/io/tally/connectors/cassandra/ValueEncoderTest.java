package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import com.datastax.oss.driver.api.core.type.codec.registry.MutableCodecRegistry;
import com.datastax.oss.driver.internal.core.type.codec.registry.DefaultCodecRegistry;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
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
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is encoded here is read back as the driver reads it. */
class ValueEncoderTest {

  private static final MutableCodecRegistry CODECS = new DefaultCodecRegistry("test");

  private static Object roundTrip(DataType type, Object value, CodecRegistry codecs) {
    Column column = new Column("c", type.getLogicalType(), 0);
    ByteBuffer bytes = ValueEncoder.of(column.type()).encode(value);
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

  @Test
  void refusesANullInACollection() {
    GenericArrayData array = new GenericArrayData(Arrays.asList(1, null).toArray());
    ValueEncoder encoder = ValueEncoder.of(DataTypes.ARRAY(DataTypes.INT()).getLogicalType());
    assertThatThrownBy(() -> encoder.encode(array))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("an ARRAY or MAP holds a null, which a Cassandra collection cannot");
  }
}
