package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.MapType;
import java.nio.ByteBuffer;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.types.logical.LogicalType;

/** Encodes MAP. */
record MapEncoder(ElementsEncoder keys, ElementsEncoder values) implements ValueEncoder {

  static MapEncoder of(LogicalType type, DataType cql) {
    MapType map = (MapType) cql;
    return new MapEncoder(
        new ElementsEncoder(type.getChildren().get(0), map.getKeyType()),
        new ElementsEncoder(type.getChildren().get(1), map.getValueType()));
  }

  @Override
  public ByteBuffer encode(Object value) {
    MapData map = (MapData) value;
    ArrayData keyArray = map.keyArray();
    ArrayData valueArray = map.valueArray();
    CollectionBytes bytes = new CollectionBytes(map.size());
    for (int i = 0; i < map.size(); i++) {
      bytes.add(keys.encode(keyArray, i));
      bytes.add(values.encode(valueArray, i));
    }
    return bytes.toBuffer();
  }
}
