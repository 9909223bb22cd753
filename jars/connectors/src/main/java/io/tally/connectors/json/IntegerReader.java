package io.tally.connectors.json;

import java.util.function.LongFunction;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** Reads TINYINT to BIGINT: whole numbers in range, however they are written. */
final class IntegerReader extends NumberReader {

  private final long least;
  private final long most;
  private final LongFunction<Object> box;

  private IntegerReader(
      Column column, boolean lenient, long least, long most, LongFunction<Object> box) {
    super(column, column.typeName(), lenient);
    this.least = least;
    this.most = most;
    this.box = box;
  }

  static IntegerReader of(Column column, boolean lenient) {
    LogicalTypeRoot root = column.type().getTypeRoot();
    return switch (root) {
      case TINYINT ->
          new IntegerReader(column, lenient, Byte.MIN_VALUE, Byte.MAX_VALUE, v -> (byte) v);
      case SMALLINT ->
          new IntegerReader(column, lenient, Short.MIN_VALUE, Short.MAX_VALUE, v -> (short) v);
      case INTEGER ->
          new IntegerReader(column, lenient, Integer.MIN_VALUE, Integer.MAX_VALUE, v -> (int) v);
      case BIGINT -> new IntegerReader(column, lenient, Long.MIN_VALUE, Long.MAX_VALUE, v -> v);
      default -> throw new IllegalArgumentException(root.name());
    };
  }

  @Override
  Object read(Cursor cursor) {
    return box.apply(value(cursor));
  }

  @Override
  void check(Cursor cursor) {
    value(cursor);
  }

  private long value(Cursor cursor) {
    int place = cursor.at;
    JsonNumber number = number(cursor);
    if (!number.scale(0) || number.scaled() < least || number.scaled() > most) {
      throw cursor.refusal(place, expected);
    }
    return number.scaled();
  }
}
