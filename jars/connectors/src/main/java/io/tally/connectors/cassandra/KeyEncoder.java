package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import com.datastax.oss.protocol.internal.ProtocolConstants;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Function;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;

/** Takes the bytes of a Cassandra key column out of the values that a join gives. */
@FunctionalInterface
interface KeyEncoder {

  /** The bytes, or null if no row can have this value. */
  ByteBuffer encode(RowData given);

  /** The encoder of a column at a position of the given values. */
  static KeyEncoder of(LogicalType type, DataType cql, int position) {
    RowData.FieldGetter getter = RowData.createFieldGetter(type, position);
    Function<Object, ByteBuffer> encoder = value(type, cql);
    return given -> {
      Object value = getter.getFieldOrNull(given);
      return value == null ? null : encoder.apply(value);
    };
  }

  /** The encoder of a bucket whose time is at a position of the given values. */
  static KeyEncoder of(TimeBucket bucket, int position) {
    RowData.FieldGetter getter = RowData.createFieldGetter(bucket.source().type(), position);
    return given -> {
      Object time = getter.getFieldOrNull(given);
      return time == null ? null : ValueEncoder.timestamp(bucket.of((TimestampData) time));
    };
  }

  private static Function<Object, ByteBuffer> value(LogicalType type, DataType cql) {
    if (cql.equals(DataTypes.UUID) || cql.equals(DataTypes.TIMEUUID)) {
      return text -> canonical(text.toString(), KeyEncoder::uuid, UUID::toString, TypeCodecs.UUID);
    }
    if (cql.equals(DataTypes.INET)) {
      return text ->
          canonical(text.toString(), KeyEncoder::address, InetText::format, TypeCodecs.INET);
    }
    if (cql.equals(DataTypes.ASCII)) {
      return text -> ascii(text.toString());
    }
    if (cql.equals(DataTypes.VARINT)) {
      return value -> varint(((DecimalData) value).toBigDecimal());
    }
    if (type.is(LogicalTypeFamily.INTEGER_NUMERIC)) {
      return value -> integer(((Number) value).longValue(), cql);
    }
    if (cql.equals(DataTypes.FLOAT)) {
      return value -> floating(((Number) value).doubleValue());
    }
    return ValueEncoder.of(type, cql)::encode;
  }

  /** A text that is not written as Cassandra's value is when read equals no row's. */
  private static <T> ByteBuffer canonical(
      String text, Function<String, T> parse, Function<T, String> print, TypeCodec<T> codec) {
    T value = parse.apply(text);
    return value != null && print.apply(value).equals(text)
        ? codec.encode(value, ValueEncoder.PROTOCOL)
        : null;
  }

  private static UUID uuid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Never asks a name server. */
  private static InetAddress address(String text) {
    return InetText.parse(text).orElse(null);
  }

  /** A column of a narrower type has no row of a number beyond it. */
  private static ByteBuffer integer(long value, DataType cql) {
    return switch (cql.getProtocolCode()) {
      case ProtocolConstants.DataType.TINYINT ->
          value == (byte) value ? ByteBuffer.allocate(1).put(0, (byte) value) : null;
      case ProtocolConstants.DataType.SMALLINT ->
          value == (short) value ? ByteBuffer.allocate(2).putShort(0, (short) value) : null;
      case ProtocolConstants.DataType.INT ->
          value == (int) value ? ByteBuffer.allocate(4).putInt(0, (int) value) : null;
      default -> ByteBuffer.allocate(8).putLong(0, value);
    };
  }

  private static ByteBuffer floating(double value) {
    float narrow = (float) value;
    return narrow == value ? ByteBuffer.allocate(4).putFloat(0, narrow) : null;
  }

  private static ByteBuffer ascii(String text) {
    return text.chars().allMatch(c -> c < 128)
        ? TypeCodecs.ASCII.encode(text, ValueEncoder.PROTOCOL)
        : null;
  }

  private static ByteBuffer varint(BigDecimal value) {
    BigInteger whole = value.toBigInteger();
    return new BigDecimal(whole).compareTo(value) == 0
        ? TypeCodecs.VARINT.encode(whole, ValueEncoder.PROTOCOL)
        : null;
  }
}
