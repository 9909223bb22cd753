package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a list or map: the count of elements or pairs, then each value after its length.
 *
 * <p>Source: CQL native protocol v4, section 6.15 (list) and 6.16 (map).
 */
final class CollectionBytes {

  private final int count;
  private final List<ByteBuffer> values = new ArrayList<>();
  private int size = Integer.BYTES;

  CollectionBytes(int count) {
    this.count = count;
  }

  void add(ByteBuffer value) {
    values.add(value);
    size += Integer.BYTES + value.remaining();
  }

  ByteBuffer toBuffer() {
    ByteBuffer bytes = ByteBuffer.allocate(size).putInt(count);
    for (ByteBuffer value : values) {
      bytes.putInt(value.remaining()).put(value.duplicate());
    }
    return bytes.flip();
  }
}
