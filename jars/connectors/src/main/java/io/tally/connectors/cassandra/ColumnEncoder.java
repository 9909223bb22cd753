package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.flink.table.data.RowData;

/**
 * Takes one Cassandra column out of a row.
 *
 * @param name the Cassandra column
 * @param value reads its value in Flink's internal form, null if it has none
 * @param encoder encodes a value
 */
record ColumnEncoder(String name, Function<RowData, Object> value, ValueEncoder encoder) {

  static ColumnEncoder of(TargetTable.Column column) {
    RowData.FieldGetter getter = RowData.createFieldGetter(column.type(), column.position());
    return new ColumnEncoder(column.name(), getter::getFieldOrNull, ValueEncoder.of(column.type()));
  }

  static ColumnEncoder of(TimeBucket bucket) {
    return new ColumnEncoder(bucket.column(), bucket::of, ValueEncoder::timestamp);
  }

  /** The column's bytes, or null. */
  ByteBuffer encode(RowData row) {
    Object found = value.apply(row);
    return found == null ? null : encoder.encode(found);
  }

  /**
   * The bytes of a key column.
   *
   * @throws CassandraRefusedException if it is null
   */
  ByteBuffer encodeKey(RowData row, TargetTable table) {
    ByteBuffer bytes = encode(row);
    if (bytes == null) {
      throw new CassandraRefusedException(
          "primary key column %s.%s is null in a row".formatted(table, name));
    }
    return bytes;
  }
}
