package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import io.tally.connectors.cassandra.ValueDecoder.UnfitTypeException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

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
    if (type.isAnyOf(LogicalTypeRoot.ROW, LogicalTypeRoot.STRUCTURED_TYPE)) {
      return row(type, cql);
    }
    boolean floats =
        type instanceof ArrayType array && array.getElementType().is(LogicalTypeRoot.FLOAT);
    return floats
            && cql instanceof VectorType vector
            && vector.getElementType().equals(DataTypes.FLOAT)
        ? vector(vector.getDimensions())
        : null;
  }

  /** Floats have a fixed size: a vector is their bytes, one after the other. */
  private static ValueDecoder vector(int dimensions) {
    return bytes -> {
      float[] elements = new float[dimensions];
      bytes.asFloatBuffer().get(elements);
      return new GenericArrayData(elements);
    };
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

  private static ValueDecoder row(LogicalType type, DataType cql) throws UnfitTypeException {
    if (cql instanceof UserDefinedType udt) {
      return userDefined(type, udt);
    }
    if (cql instanceof TupleType tuple) {
      List<DataType> components = tuple.getComponentTypes();
      int[] byPosition = IntStream.range(0, components.size()).toArray();
      boolean fits = type.getChildren().size() == components.size();
      return fits ? fields(type, components, byPosition) : null;
    }
    return null;
  }

  /** Fields go by name; the ROW may leave some out and have them in another order. */
  private static ValueDecoder userDefined(LogicalType type, UserDefinedType udt)
      throws UnfitTypeException {
    List<String> names = LogicalTypeChecks.getFieldNames(type);
    int[] targets =
        udt.getFieldNames().stream().mapToInt(name -> names.indexOf(name.asInternal())).toArray();
    boolean allFound = Arrays.stream(targets).filter(to -> to >= 0).count() == names.size();
    return allFound ? fields(type, udt.getFieldTypes(), targets) : null;
  }

  /**
   * A row of values.
   *
   * @param targets where each goes in the ROW; below 0 if it has no place
   */
  private static ValueDecoder fields(LogicalType type, List<DataType> cqlTypes, int[] targets)
      throws UnfitTypeException {
    Part[] fields = new Part[targets.length];
    for (int i = 0; i < fields.length; i++) {
      fields[i] =
          targets[i] < 0 ? null : Part.of(type.getChildren().get(targets[i]), cqlTypes.get(i));
    }
    int size = type.getChildren().size();
    return bytes -> {
      GenericRowData row = new GenericRowData(size);
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
