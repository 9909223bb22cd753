package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.ProtocolVersion;
import com.datastax.oss.driver.api.core.type.codec.TypeCodec;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.concurrent.TimeUnit;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;

/**
 * Turns one value of Flink's internal form into the bytes that Cassandra stores.
 *
 * <p>The bytes are always a copy: with {@code pipeline.object-reuse} the next row may overwrite the
 * memory behind this one.
 */
@FunctionalInterface
interface ValueEncoder {

  ProtocolVersion PROTOCOL = ProtocolVersion.DEFAULT;

  /** Encodes a value that is not null. */
  ByteBuffer encode(Object value);

  /** The encoder of a type that {@link CqlTypes} accepts. */
  static ValueEncoder of(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> value -> ByteBuffer.wrap(((StringData) value).toBytes());
      case BINARY, VARBINARY -> value -> ByteBuffer.wrap(((byte[]) value).clone());
      case BOOLEAN -> with(TypeCodecs.BOOLEAN);
      case TINYINT -> with(TypeCodecs.TINYINT);
      case SMALLINT -> with(TypeCodecs.SMALLINT);
      case INTEGER -> with(TypeCodecs.INT);
      case BIGINT -> with(TypeCodecs.BIGINT);
      case FLOAT -> with(TypeCodecs.FLOAT);
      case DOUBLE -> with(TypeCodecs.DOUBLE);
      case DECIMAL ->
          value -> TypeCodecs.DECIMAL.encode(((DecimalData) value).toBigDecimal(), PROTOCOL);
      case DATE -> value -> TypeCodecs.DATE.encode(LocalDate.ofEpochDay((Integer) value), PROTOCOL);
      case TIME_WITHOUT_TIME_ZONE ->
          value -> TypeCodecs.TIME.encode(timeOfDay((Integer) value), PROTOCOL);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> ValueEncoder::timestamp;
      case ARRAY -> list(((ArrayType) type).getElementType());
      case MAP -> map(((MapType) type).getKeyType(), ((MapType) type).getValueType());
      default -> throw new IllegalArgumentException("no CQL type for " + type.asSummaryString());
    };
  }

  /** A time without zone is a time in UTC. */
  static ByteBuffer timestamp(Object value) {
    Instant instant = Instant.ofEpochMilli(((TimestampData) value).getMillisecond());
    return TypeCodecs.TIMESTAMP.encode(instant, PROTOCOL);
  }

  private static LocalTime timeOfDay(int millis) {
    return LocalTime.ofNanoOfDay(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @SuppressWarnings("unchecked")
  private static <T> ValueEncoder with(TypeCodec<T> codec) {
    return value -> codec.encode((T) value, PROTOCOL);
  }

  private static ValueEncoder list(LogicalType type) {
    ElementsEncoder elements = new ElementsEncoder(type);
    return value -> {
      ArrayData array = (ArrayData) value;
      CollectionBytes bytes = new CollectionBytes(array.size());
      for (int i = 0; i < array.size(); i++) {
        bytes.add(elements.encode(array, i));
      }
      return bytes.toBuffer();
    };
  }

  private static ValueEncoder map(LogicalType keyType, LogicalType valueType) {
    ElementsEncoder keys = new ElementsEncoder(keyType);
    ElementsEncoder values = new ElementsEncoder(valueType);
    return value -> {
      MapData map = (MapData) value;
      CollectionBytes bytes = new CollectionBytes(map.size());
      for (int i = 0; i < map.size(); i++) {
        bytes.add(keys.encode(map.keyArray(), i));
        bytes.add(values.encode(map.valueArray(), i));
      }
      return bytes.toBuffer();
    };
  }

  /** Encodes the elements of an array of one type. */
  final class ElementsEncoder {
    private final ArrayData.ElementGetter getter;
    private final ValueEncoder encoder;

    ElementsEncoder(LogicalType type) {
      this.getter = ArrayData.createElementGetter(type);
      this.encoder = ValueEncoder.of(type);
    }

    ByteBuffer encode(ArrayData array, int position) {
      Object element = getter.getElementOrNull(array, position);
      if (element == null) {
        throw new CassandraRefusedException(
            "an ARRAY or MAP holds a null, which a Cassandra collection cannot");
      }
      return encoder.encode(element);
    }
  }
}
