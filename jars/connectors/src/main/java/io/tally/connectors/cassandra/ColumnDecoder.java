package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import io.tally.connectors.cassandra.TargetTable.Column;
import io.tally.connectors.cassandra.ValueDecoder.UnfitTypeException;
import java.nio.ByteBuffer;

/**
 * Reads one column, and names it where it does not fit.
 *
 * @param name the column with its table
 */
record ColumnDecoder(String name, boolean nullable, ValueDecoder decoder) {

  /**
   * The decoder of a column.
   *
   * @throws CassandraRefusedException if the declared type cannot hold the values
   */
  static ColumnDecoder of(TargetTable table, Column column, DataType cql) {
    String name = table + "." + column.name();
    try {
      ValueDecoder decoder = ValueDecoder.of(column.type(), cql);
      return new ColumnDecoder(name, column.type().isNullable(), decoder);
    } catch (UnfitTypeException e) {
      throw new CassandraRefusedException("column %s is %s".formatted(name, e.getMessage()), e);
    }
  }

  /**
   * Decodes a value.
   *
   * @param bytes the value, or null
   * @throws CassandraRefusedException if the declared type cannot hold it
   */
  Object decode(ByteBuffer bytes) {
    Object value = bytes == null ? null : decodePresent(bytes);
    if (value == null && !nullable) {
      throw new CassandraRefusedException(
          "column %s is null in a row, but declared NOT NULL; declare it without".formatted(name));
    }
    return value;
  }

  private Object decodePresent(ByteBuffer bytes) {
    try {
      return decoder.decode(bytes);
    } catch (UnfitValueException e) {
      throw new CassandraRefusedException(
          "column %s %s; declare a type that holds it".formatted(name, e.getMessage()), e);
    }
  }
}
