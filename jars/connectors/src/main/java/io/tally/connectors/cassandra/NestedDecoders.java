package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.tally.connectors.cassandra.ValueDecoder.UnfitTypeException;
import io.tally.connectors.cassandra.ValueDecoder.UnfitValueException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** Decoders of values that hold values: each a length and its bytes. */
final class NestedDecoders {

  private NestedDecoders() {}

  /** The decoder, or null if the types do not fit each other. */
  static ValueDecoder of(LogicalType type, DataType cql) throws UnfitTypeException {
    if (type instanceof ArrayType array && cql instanceof ListType list) {
      return array(Part.of(array.getElementType(), list.getElementType()));
    }
    if (type instanceof ArrayType array && cql instanceof SetType set) {
      return array(Part.of(array.getElementType(), set.getElementType()));
    }
    if (type instanceof MapType map
        && cql instanceof com.datastax.oss.driver.api.core.type.MapType cqlMap) {
      return map(
          Part.of(map.getKeyType(), cqlMap.getKeyType()),
          Part.of(map.getValueType(), cqlMap.getValueType()));
    }
    return type instanceof RowType row && cql instanceof UserDefinedType udt ? row(row, udt) : null;
  }

  private static ValueDecoder array(Part element) {
    return bytes -> {
      Object[] elements = new Object[bytes.getInt()];
      for (int i = 0; i < elements.length; i++) {
        elements[i] = element.next(bytes);
      }
      return new GenericArrayData(elements);
    };
  }

  private static ValueDecoder map(Part key, Part value) {
    return bytes -> {
      int size = bytes.getInt();
      Map<Object, Object> entries = new LinkedHashMap<>();
      for (int i = 0; i < size; i++) {
        Object decodedKey = key.next(bytes);
        entries.put(decodedKey, value.next(bytes));
      }
      return new GenericMapData(entries);
    };
  }

  /** Fields go by name; the ROW may leave some out and have them in another order. */
  private static ValueDecoder row(RowType type, UserDefinedType udt) throws UnfitTypeException {
    Part[] fields = new Part[udt.getFieldNames().size()];
    int[] targets = new int[fields.length];
    List<String> names = type.getFieldNames();
    for (int to = 0; to < names.size(); to++) {
      int from = udt.firstIndexOf(CqlIdentifier.fromInternal(names.get(to)));
      if (from < 0) {
        return null;
      }
      fields[from] = Part.of(type.getTypeAt(to), udt.getFieldTypes().get(from));
      targets[from] = to;
    }
    return bytes -> {
      GenericRowData row = new GenericRowData(names.size());
      for (int i = 0; i < fields.length; i++) {
        ByteBuffer value = Part.slice(bytes);
        if (fields[i] != null) {
          row.setField(targets[i], fields[i].decode(value));
        }
      }
      return row;
    };
  }

  /** An element, key, value or field. */
  private record Part(LogicalType type, ValueDecoder decoder) {

    static Part of(LogicalType type, DataType cql) throws UnfitTypeException {
      return new Part(type, ValueDecoder.of(type, cql));
    }

    Object next(ByteBuffer bytes) {
      return decode(slice(bytes));
    }

    Object decode(ByteBuffer value) {
      Object decoded = value == null ? null : decoder.decode(value);
      if (decoded == null && !type.isNullable()) {
        throw new UnfitValueException(
            "holds a null inside, where %s is declared".formatted(type.asSummaryString()));
      }
      return decoded;
    }

    /**
     * The next value, or null; a value of a type altered since then has no bytes for new fields.
     */
    static ByteBuffer slice(ByteBuffer bytes) {
      if (!bytes.hasRemaining()) {
        return null;
      }
      int length = bytes.getInt();
      if (length < 0) {
        return null;
      }
      ByteBuffer value = bytes.slice(bytes.position(), length);
      bytes.position(bytes.position() + length);
      return value;
    }
  }
}
