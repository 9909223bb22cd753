package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.LogicalType;

/** Takes the bytes of a Cassandra key column out of the values that a join gives. */
@FunctionalInterface
interface KeyEncoder {

  /** An IPv4 or IPv6 address in digits; anything else would be looked up as a host name. */
  Pattern ADDRESS = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*|\\d{1,3}(\\.\\d{1,3}){3}");

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
          canonical(
              text.toString(), KeyEncoder::address, InetAddress::getHostAddress, TypeCodecs.INET);
    }
    if (cql.equals(DataTypes.ASCII)) {
      return text -> ascii(text.toString());
    }
    if (cql.equals(DataTypes.VARINT)) {
      return value -> varint(((DecimalData) value).toBigDecimal());
    }
    return ValueEncoder.of(type)::encode;
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

  private static InetAddress address(String text) {
    try {
      return ADDRESS.matcher(text).matches() ? InetAddress.getByName(text) : null;
    } catch (UnknownHostException e) {
      return null;
    }
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
