package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalTypeFamily;

/**
 * Takes one Cassandra column out of a row.
 *
 * @param name the Cassandra column
 * @param value reads its value in Flink's internal form, null if it has none
 * @param encoder encodes a value
 */
record ColumnEncoder(String name, Function<RowData, Object> value, ValueEncoder encoder) {

  static ColumnEncoder of(TargetTable.Column column, DataType cql) {
    return of(column, ValueEncoder.of(column.type(), cql));
  }

  static ColumnEncoder ofKey(TargetTable.Column column, DataType cql) {
    return column.type().is(LogicalTypeFamily.CHARACTER_STRING)
        ? of(column, TextEncoders.ofKey(cql))
        : of(column, cql);
  }

  private static ColumnEncoder of(TargetTable.Column column, ValueEncoder encoder) {
    RowData.FieldGetter getter = RowData.createFieldGetter(column.type(), column.position());
    return new ColumnEncoder(column.name(), getter::getFieldOrNull, encoder);
  }

  static ColumnEncoder of(TimeBucket bucket) {
    return new ColumnEncoder(bucket.column(), bucket::of, ValueEncoder::timestamp);
  }

  /**
   * The column's bytes, or null.
   *
   * @throws CassandraRefusedException if the column cannot hold the value
   */
  ByteBuffer encode(RowData row, TargetTable table) {
    Object found = value.apply(row);
    if (found == null) {
      return null;
    }
    try {
      return encoder.encode(found);
    } catch (UnfitValueException e) {
      throw new CassandraRefusedException(
          "column %s.%s: %s".formatted(table, name, e.getMessage()));
    }
  }

  /**
   * The bytes of a key column.
   *
   * @throws CassandraRefusedException if it is null, or the column cannot hold the value
   */
  ByteBuffer encodeKey(RowData row, TargetTable table) {
    ByteBuffer bytes = encode(row, table);
    if (bytes == null) {
      throw new CassandraRefusedException(
          "primary key column %s.%s is null in a row".formatted(table, name));
    }
    return bytes;
  }
}
