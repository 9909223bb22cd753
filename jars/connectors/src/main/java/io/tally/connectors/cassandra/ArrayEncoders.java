package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.VectorType;
import java.nio.ByteBuffer;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.types.logical.LogicalType;

/** Encoders of ARRAY. */
final class ArrayEncoders {

  private ArrayEncoders() {}

  static ValueEncoder of(LogicalType element, DataType cql) {
    if (cql instanceof ListType list) {
      return collection(new ElementsEncoder(element, list.getElementType()));
    }
    if (cql instanceof SetType set) {
      // The server sorts the elements, and keeps one of equal ones.
      return collection(new ElementsEncoder(element, set.getElementType()));
    }
    return vector(((VectorType) cql).getDimensions());
  }

  private static ValueEncoder collection(ElementsEncoder elements) {
    return value -> {
      ArrayData array = (ArrayData) value;
      CollectionBytes bytes = new CollectionBytes(array.size());
      for (int i = 0; i < array.size(); i++) {
        bytes.add(elements.encode(array, i));
      }
      return bytes.toBuffer();
    };
  }

  /** Its floats, and nothing between them. */
  private static ValueEncoder vector(int dimensions) {
    return value -> {
      ArrayData array = (ArrayData) value;
      if (array.size() != dimensions) {
        throw new UnfitValueException(
            "an ARRAY has %d elements, but the vector %d".formatted(array.size(), dimensions));
      }
      ByteBuffer bytes = ByteBuffer.allocate(dimensions * Float.BYTES);
      for (int i = 0; i < dimensions; i++) {
        if (array.isNullAt(i)) {
          throw new UnfitValueException("an ARRAY holds a null, which a vector cannot");
        }
        bytes.putFloat(array.getFloat(i));
      }
      return bytes.flip();
    };
  }
}
