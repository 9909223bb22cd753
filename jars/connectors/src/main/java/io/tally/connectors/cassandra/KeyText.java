package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.codec.registry.CodecRegistry;
import java.nio.ByteBuffer;

/** The value of a key column as CQL writes it, in errors; its beginning if it is long. */
final class KeyText {

  private static final int SHOWN = 60;

  private KeyText() {}

  static String of(DataType type, ByteBuffer value) {
    String text = literal(type, value);
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  private static String literal(DataType type, ByteBuffer value) {
    var codec = CodecRegistry.DEFAULT.codecFor(type);
    return codec.format(codec.decode(value.duplicate(), ValueEncoder.PROTOCOL));
  }
}
