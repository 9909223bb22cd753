package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import java.nio.ByteBuffer;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.types.logical.LogicalType;

/** Encodes the elements of arrays of one type. */
final class ElementsEncoder {

  private final ArrayData.ElementGetter getter;
  private final ValueEncoder encoder;

  ElementsEncoder(LogicalType type, DataType cql) {
    this.getter = ArrayData.createElementGetter(type);
    this.encoder = ValueEncoder.of(type, cql);
  }

  /**
   * The bytes of one element.
   *
   * @throws UnfitValueException if it is null
   */
  ByteBuffer encode(ArrayData array, int position) {
    Object element = getter.getElementOrNull(array, position);
    if (element == null) {
      throw new UnfitValueException(
          "an ARRAY or MAP holds a null, which a Cassandra collection cannot");
    }
    return encoder.encode(element);
  }
}
