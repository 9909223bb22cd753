package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import com.datastax.oss.protocol.internal.ProtocolConstants;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.LocalTime;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Turns the bytes of one CQL value into Flink's internal form, exactly: a value that the Flink type
 * cannot hold is refused, never rounded or cut.
 */
@FunctionalInterface
interface ValueDecoder {

  ProtocolVersion PROTOCOL = ProtocolVersion.DEFAULT;

  /**
   * Decodes a value.
   *
   * @param bytes the value, not null; its position may move
   * @return null if the bytes stand for no value, as the empty ones do for a number
   * @throws UnfitValueException if the Flink type cannot hold the value
   */
  Object decode(ByteBuffer bytes);

  /**
   * The decoder of a CQL type into a Flink type.
   *
   * @throws UnfitTypeException if the Flink type cannot hold the values
   */
  static ValueDecoder of(LogicalType type, DataType cql) throws UnfitTypeException {
    ValueDecoder decoder =
        switch (type.getTypeRoot()) {
          case ARRAY, MAP, ROW, STRUCTURED_TYPE -> NestedDecoders.of(type, cql);
          case CHAR, VARCHAR -> text(type, cql);
          case BINARY, VARBINARY -> cql.equals(DataTypes.BLOB) ? bounded(type) : null;
          case DECIMAL -> decimal((DecimalType) type, cql);
          default -> scalar(type, cql);
        };
    if (decoder == null) {
      throw new UnfitTypeException(type, cql);
    }
    return decoder;
  }

  private static ValueDecoder scalar(LogicalType type, DataType cql) {
    if (!TypeFit.fits(type, cql, TypeFit.Use.READ)) {
      return null;
    }
    return switch (type.getTypeRoot()) {
      case BOOLEAN -> sized(bytes -> bytes.get() != 0);
      case TINYINT, SMALLINT, INTEGER, BIGINT -> integer(type, cql);
      case FLOAT -> sized(ByteBuffer::getFloat);
      case DOUBLE ->
          cql.equals(DataTypes.FLOAT)
              ? sized(bytes -> (double) bytes.getFloat())
              : sized(ByteBuffer::getDouble);
      case DATE -> with(TypeCodecs.DATE, date -> (int) date.toEpochDay());
      case TIME_WITHOUT_TIME_ZONE -> with(TypeCodecs.TIME, time -> timeOfDay(time, type));
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          sized(bytes -> timestamp(bytes.getLong(), type));
      default -> null;
    };
  }

  /** Takes narrower values as well. */
  private static ValueDecoder integer(LogicalType type, DataType cql) {
    ToLongFunction<ByteBuffer> number =
        switch (cql.getProtocolCode()) {
          case ProtocolConstants.DataType.TINYINT -> ByteBuffer::get;
          case ProtocolConstants.DataType.SMALLINT -> ByteBuffer::getShort;
          case ProtocolConstants.DataType.INT -> ByteBuffer::getInt;
          default -> ByteBuffer::getLong;
        };
    return switch (type.getTypeRoot()) {
      case TINYINT -> sized(bytes -> (byte) number.applyAsLong(bytes));
      case SMALLINT -> sized(bytes -> (short) number.applyAsLong(bytes));
      case INTEGER -> sized(bytes -> (int) number.applyAsLong(bytes));
      default -> sized(number::applyAsLong);
    };
  }

  /** A value of a fixed size; Cassandra lets such a column hold empty bytes, for no value. */
  private static ValueDecoder sized(Function<ByteBuffer, Object> get) {
    return bytes -> bytes.hasRemaining() ? get.apply(bytes) : null;
  }

  private static <T> ValueDecoder with(TypeCodec<T> codec, Function<T, Object> convert) {
    return sized(bytes -> convert.apply(codec.decode(bytes, PROTOCOL)));
  }

  private static ValueDecoder text(LogicalType type, DataType cql) {
    if (cql.equals(DataTypes.TEXT) || cql.equals(DataTypes.ASCII)) {
      return bytes -> bounded(StringData.fromBytes(copy(bytes)), type);
    }
    if (cql.equals(DataTypes.UUID) || cql.equals(DataTypes.TIMEUUID)) {
      return with(TypeCodecs.UUID, id -> bounded(StringData.fromString(id.toString()), type));
    }
    if (cql.equals(DataTypes.INET)) {
      Function<InetAddress, Object> address =
          inet -> bounded(StringData.fromString(InetText.format(inet)), type);
      return with(TypeCodecs.INET, address);
    }
    return null;
  }

  private static StringData bounded(StringData text, LogicalType type) {
    int longest = LogicalTypeChecks.getLength(type);
    // A character takes a byte at least: most texts need no counting.
    if (text.toBytes().length > longest) {
      int length = text.toString().codePointCount(0, text.toString().length());
      requireAtMost(longest, length, "characters", type);
    }
    return text;
  }

  private static ValueDecoder bounded(LogicalType type) {
    int longest = LogicalTypeChecks.getLength(type);
    return bytes -> {
      requireAtMost(longest, bytes.remaining(), "bytes", type);
      return copy(bytes);
    };
  }

  private static void requireAtMost(int longest, int length, String unit, LogicalType type) {
    if (length > longest) {
      throw new UnfitValueException(
          "holds %d %s, more than %s can"
              .formatted(length, unit, type.copy(true).asSummaryString()));
    }
  }

  private static ValueDecoder decimal(DecimalType type, DataType cql) {
    if (cql.equals(DataTypes.DECIMAL)) {
      return with(TypeCodecs.DECIMAL, value -> exact(value, type));
    }
    if (cql.equals(DataTypes.VARINT)) {
      Function<BigInteger, Object> whole = value -> exact(new BigDecimal(value), type);
      return with(TypeCodecs.VARINT, whole);
    }
    return null;
  }

  private static DecimalData exact(BigDecimal value, DecimalType type) {
    // Judged before the scale is set: of 1E+1000000 that would write out a million zeros.
    BigDecimal shortest = value.stripTrailingZeros();
    long wholeDigits = (long) shortest.precision() - shortest.scale();
    boolean fits =
        shortest.scale() <= type.getScale() && wholeDigits <= type.getPrecision() - type.getScale();
    if (value.signum() != 0 && !fits) {
      throw new UnfitValueException(
          "holds %s, which %s cannot hold without rounding"
              .formatted(value, type.copy(true).asSummaryString()));
    }
    BigDecimal scaled = value.signum() == 0 ? BigDecimal.ZERO : shortest;
    return DecimalData.fromBigDecimal(
        scaled.setScale(type.getScale()), type.getPrecision(), type.getScale());
  }

  private static int timeOfDay(LocalTime time, LogicalType type) {
    // Flink keeps milliseconds, whatever the precision declared.
    requireWhole(time.toNanoOfDay(), Math.min(3, LogicalTypeChecks.getPrecision(type)), time, type);
    return (int) (time.toNanoOfDay() / 1_000_000);
  }

  private static TimestampData timestamp(long millis, LogicalType type) {
    TimestampData timestamp = TimestampData.fromEpochMillis(millis);
    long nanos = Math.floorMod(millis, 1_000L) * 1_000_000;
    requireWhole(nanos, LogicalTypeChecks.getPrecision(type), timestamp, type);
    return timestamp;
  }

  private static void requireWhole(long nanos, int digits, Object value, LogicalType type) {
    long unit = Math.round(Math.pow(10, 9.0 - digits));
    if (nanos % unit != 0) {
      throw new UnfitValueException(
          "holds %s, which %s cannot hold without rounding"
              .formatted(value, type.copy(true).asSummaryString()));
    }
  }

  private static byte[] copy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  /** A Flink type that cannot hold the values of a CQL type. */
  final class UnfitTypeException extends Exception {
    private static final long serialVersionUID = 1L;

    UnfitTypeException(LogicalType type, DataType cql) {
      super(
          "%s in Cassandra, which %s cannot hold; %s"
              .formatted(
                  cql.asCql(true, true),
                  type.copy(true).asSummaryString(),
                  FlinkDeclarations.declaration(cql)
                      .map("declare it "::concat)
                      .orElse("leave the column out: no Flink type holds it")));
    }
  }
}
