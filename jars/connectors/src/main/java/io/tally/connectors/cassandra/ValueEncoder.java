package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.concurrent.TimeUnit;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * Turns one value of Flink's internal form into the bytes that Cassandra stores.
 *
 * <p>The bytes are always a copy: with {@code pipeline.object-reuse} the next row may overwrite the
 * memory behind this one.
 */
@FunctionalInterface
interface ValueEncoder {

  ProtocolVersion PROTOCOL = ProtocolVersion.DEFAULT;

  /**
   * Encodes a value that is not null.
   *
   * @throws UnfitValueException if the CQL type does not hold it
   */
  ByteBuffer encode(Object value);

  /** The encoder for a pair of types that {@link TypeFit} accepts for writing. */
  static ValueEncoder of(LogicalType type, DataType cql) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> TextEncoders.of(cql);
      case BINARY, VARBINARY -> value -> ByteBuffer.wrap(((byte[]) value).clone());
      case BOOLEAN -> with(TypeCodecs.BOOLEAN);
      case TINYINT, SMALLINT, INTEGER, BIGINT -> integer(cql);
      case FLOAT, DOUBLE -> floating(cql);
      case DECIMAL -> decimal(cql);
      case DATE -> value -> TypeCodecs.DATE.encode(LocalDate.ofEpochDay((Integer) value), PROTOCOL);
      case TIME_WITHOUT_TIME_ZONE ->
          value -> TypeCodecs.TIME.encode(timeOfDay((Integer) value), PROTOCOL);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> ValueEncoder::timestamp;
      case ARRAY -> ArrayEncoders.of(((ArrayType) type).getElementType(), cql);
      case MAP -> MapEncoder.of(type, cql);
      case ROW, STRUCTURED_TYPE -> FieldsEncoder.of(type, cql);
      default -> throw new IllegalArgumentException("no CQL type for " + type.asSummaryString());
    };
  }

  /** A time without zone is a time in UTC. */
  static ByteBuffer timestamp(Object value) {
    Instant instant = Instant.ofEpochMilli(((TimestampData) value).getMillisecond());
    return TypeCodecs.TIMESTAMP.encode(instant, PROTOCOL);
  }

  private static LocalTime timeOfDay(int millis) {
    if (millis < 0 || millis >= TimeUnit.DAYS.toMillis(1)) {
      throw new UnfitValueException("%d ms after midnight is no time of day".formatted(millis));
    }
    return LocalTime.ofNanoOfDay(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private static ValueEncoder integer(DataType cql) {
    if (cql.equals(DataTypes.TINYINT)) {
      return with(TypeCodecs.TINYINT);
    }
    if (cql.equals(DataTypes.SMALLINT)) {
      return value -> TypeCodecs.SMALLINT.encodePrimitive(((Number) value).shortValue(), PROTOCOL);
    }
    return cql.equals(DataTypes.INT)
        ? value -> TypeCodecs.INT.encodePrimitive(((Number) value).intValue(), PROTOCOL)
        : value -> TypeCodecs.BIGINT.encodePrimitive(((Number) value).longValue(), PROTOCOL);
  }

  private static ValueEncoder floating(DataType cql) {
    return cql.equals(DataTypes.FLOAT)
        ? with(TypeCodecs.FLOAT)
        : value -> TypeCodecs.DOUBLE.encodePrimitive(((Number) value).doubleValue(), PROTOCOL);
  }

  private static ValueEncoder decimal(DataType cql) {
    return cql.equals(DataTypes.VARINT)
        ? value -> ByteBuffer.wrap(((DecimalData) value).toUnscaledBytes())
        : value -> TypeCodecs.DECIMAL.encode(((DecimalData) value).toBigDecimal(), PROTOCOL);
  }

  @SuppressWarnings("unchecked")
  private static <T> ValueEncoder with(TypeCodec<T> codec) {
    return value -> codec.encode((T) value, PROTOCOL);
  }
}
