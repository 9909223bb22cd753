package io.tally.connectors.cassandra;

import static io.tally.connectors.cassandra.ValueEncoder.PROTOCOL;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.codec.TypeCodecs;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryStringData;

/** Encoders of STRING for the CQL types that are written as text. */
final class TextEncoders {

  private static final int TIME_BASED = 1;

  private TextEncoders() {}

  static ValueEncoder of(DataType cql) {
    if (cql.equals(DataTypes.ASCII)) {
      return TextEncoders::ascii;
    }
    if (cql.equals(DataTypes.UUID)) {
      return value -> TypeCodecs.UUID.encode(uuid(value.toString()), PROTOCOL);
    }
    if (cql.equals(DataTypes.TIMEUUID)) {
      return value -> TypeCodecs.TIMEUUID.encode(timeUuid(value.toString()), PROTOCOL);
    }
    if (cql.equals(DataTypes.INET)) {
      return value -> TypeCodecs.INET.encode(address(value.toString()), PROTOCOL);
    }
    return value -> ByteBuffer.wrap(utf8(copy(value)));
  }

  /**
   * The encoder for a key column. There the text must be as Cassandra's own: of two ways to write
   * one UUID or address Flink makes two keys, in any order, and Cassandra one row.
   */
  static ValueEncoder ofKey(DataType cql) {
    if (cql.equals(DataTypes.UUID)) {
      return value -> TypeCodecs.UUID.encode(canonical(value, uuid(value.toString())), PROTOCOL);
    }
    if (cql.equals(DataTypes.TIMEUUID)) {
      return value ->
          TypeCodecs.TIMEUUID.encode(canonical(value, timeUuid(value.toString())), PROTOCOL);
    }
    if (cql.equals(DataTypes.INET)) {
      return value -> {
        InetAddress address = address(value.toString());
        requireCanonical(value.toString(), InetText.format(address));
        return TypeCodecs.INET.encode(address, PROTOCOL);
      };
    }
    return of(cql);
  }

  private static UUID canonical(Object text, UUID uuid) {
    requireCanonical(text.toString(), uuid.toString());
    return uuid;
  }

  private static void requireCanonical(String text, String canonical) {
    if (!text.equals(canonical)) {
      throw new UnfitValueException(
          "%s is '%s' to Cassandra; in a key it must be written so"
              .formatted(UnfitValueException.shown(text), canonical));
    }
  }

  private static ByteBuffer ascii(Object value) {
    byte[] bytes = copy(value);
    for (byte b : bytes) {
      if (b < 0) {
        throw new UnfitValueException(
            "%s is not ASCII, and the column holds nothing else"
                .formatted(UnfitValueException.shown(value.toString())));
      }
    }
    return ByteBuffer.wrap(bytes);
  }

  /**
   * A string of Flink's may hold any bytes: one that was cast from bytes, or decoded from base64.
   */
  private static byte[] utf8(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return requireUtf8(bytes);
      }
    }
    return bytes;
  }

  private static byte[] requireUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return bytes;
    } catch (CharacterCodingException e) {
      String shown = new String(bytes, StandardCharsets.UTF_8);
      throw new UnfitValueException(
          "%s is not UTF-8, and the column holds nothing else"
              .formatted(UnfitValueException.shown(shown)));
    }
  }

  /** A string that fills its memory segment gives out the segment's own array. */
  private static byte[] copy(Object value) {
    byte[] bytes = ((StringData) value).toBytes();
    boolean shared =
        value instanceof BinaryStringData binary
            && binary.getSegments()[0].getHeapMemory() == bytes;
    return shared ? bytes.clone() : bytes;
  }

  private static UUID timeUuid(String text) {
    UUID uuid = uuid(text);
    if (uuid.version() != TIME_BASED) {
      throw new UnfitValueException(
          "'%s' is a UUID of version %d; a timeuuid has version 1".formatted(text, uuid.version()));
    }
    return uuid;
  }

  /** Stricter than {@link UUID#fromString}, which takes 1-1-1-1-1 too. */
  private static UUID uuid(String text) {
    try {
      UUID uuid = UUID.fromString(text);
      if (uuid.toString().equalsIgnoreCase(text)) {
        return uuid;
      }
    } catch (IllegalArgumentException e) {
      // Refused below.
    }
    throw new UnfitValueException(
        "%s is not a UUID, as 123e4567-e89b-12d3-a456-426614174000 is"
            .formatted(UnfitValueException.shown(text)));
  }

  private static InetAddress address(String text) {
    return InetText.parse(text)
        .orElseThrow(
            () ->
                new UnfitValueException(
                    "%s is not an IP address; host names are not looked up"
                        .formatted(UnfitValueException.shown(text))));
  }
}
