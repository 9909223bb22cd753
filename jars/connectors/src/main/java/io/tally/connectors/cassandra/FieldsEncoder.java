package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Encodes ROW as a user-defined type, whose fields go by name, or a tuple, whose fields go by
 * position: each field after its length, which is -1 for null.
 *
 * <p>Source: CQL native protocol v4, sections 6.19 (user-defined type) and 6.20 (tuple).
 *
 * @param fields what to write, in the order of the CQL type
 */
record FieldsEncoder(List<Field> fields) implements ValueEncoder {

  private static final int NULL = -1;

  /** A field of the CQL type; both parts are null where the ROW has no such field. */
  private record Field(RowData.FieldGetter getter, ValueEncoder encoder) {

    static final Field ABSENT = new Field(null, null);

    static Field of(LogicalType row, int position, DataType cql) {
      LogicalType type = row.getChildren().get(position);
      return new Field(RowData.createFieldGetter(type, position), ValueEncoder.of(type, cql));
    }

    ByteBuffer encode(RowData row) {
      Object value = getter == null ? null : getter.getFieldOrNull(row);
      return value == null ? null : encoder.encode(value);
    }
  }

  static FieldsEncoder of(LogicalType row, DataType cql) {
    List<Field> fields =
        cql instanceof UserDefinedType udt ? byName(row, udt) : byPosition(row, (TupleType) cql);
    return new FieldsEncoder(fields);
  }

  private static List<Field> byName(LogicalType row, UserDefinedType udt) {
    List<String> names = LogicalTypeChecks.getFieldNames(row);
    return udt.getFieldNames().stream()
        .map(CqlIdentifier::asInternal)
        .map(
            name ->
                names.contains(name)
                    ? Field.of(row, names.indexOf(name), fieldType(udt, name))
                    : Field.ABSENT)
        .toList();
  }

  private static DataType fieldType(UserDefinedType udt, String name) {
    return udt.getFieldTypes().get(udt.firstIndexOf(CqlIdentifier.fromInternal(name)));
  }

  private static List<Field> byPosition(LogicalType row, TupleType tuple) {
    List<DataType> components = tuple.getComponentTypes();
    return IntStream.range(0, components.size())
        .mapToObj(i -> Field.of(row, i, components.get(i)))
        .toList();
  }

  @Override
  public ByteBuffer encode(Object value) {
    RowData row = (RowData) value;
    ByteBuffer[] encoded = new ByteBuffer[fields.size()];
    int size = 0;
    for (int i = 0; i < encoded.length; i++) {
      encoded[i] = fields.get(i).encode(row);
      size += Integer.BYTES + (encoded[i] == null ? 0 : encoded[i].remaining());
    }
    ByteBuffer bytes = ByteBuffer.allocate(size);
    for (ByteBuffer field : encoded) {
      if (field == null) {
        bytes.putInt(NULL);
      } else {
        bytes.putInt(field.remaining()).put(field);
      }
    }
    return bytes.flip();
  }
}
