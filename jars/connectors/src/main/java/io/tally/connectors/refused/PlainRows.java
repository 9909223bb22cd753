package io.tally.connectors.refused;

import java.util.List;
import org.apache.flink.core.memory.MemorySegment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Tells at a glance the rows that any sink can hold: those without nulls where none may be, with
 * short texts in ASCII only, none of them empty in the key, and nothing nested. To encode each row
 * once more, only to see that it can be, would cost as much as to write it.
 */
final class PlainRows {

  private static final long NOT_ASCII = 0x8080808080808080L;
  private static final int MILLISECONDS_OF_DAY = 86_400_000;

  private final Column[] columns;
  private final int most;

  /** What is looked at in a column. */
  private enum Kind {
    NUMBER,
    TIME,
    TEXT,
    BYTES,
    NESTED
  }

  private record Column(int position, Kind kind, boolean isKey, boolean isNullable) {}

  /**
   * @param key names of the key columns
   * @param most bytes of text in all; less than 0: no row is plain
   */
  PlainRows(RowType type, List<String> key, int most) {
    this.most = most;
    this.columns = new Column[type.getFieldCount()];
    for (int i = 0; i < columns.length; i++) {
      LogicalType column = type.getTypeAt(i);
      boolean isKey = key.contains(type.getFieldNames().get(i));
      columns[i] = new Column(i, kind(column), isKey, column.isNullable() && !isKey);
    }
  }

  private static Kind kind(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> Kind.TEXT;
      case BINARY, VARBINARY -> Kind.BYTES;
      case TIME_WITHOUT_TIME_ZONE -> Kind.TIME;
      case BOOLEAN,
          TINYINT,
          SMALLINT,
          INTEGER,
          BIGINT,
          FLOAT,
          DOUBLE,
          DECIMAL,
          DATE,
          TIMESTAMP_WITHOUT_TIME_ZONE,
          TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          Kind.NUMBER;
      default -> Kind.NESTED;
    };
  }

  /** Whether a row, which is no delete, needs no judgement. */
  boolean isPlain(RowData row) {
    int bytes = 0;
    for (Column column : columns) {
      if (row.isNullAt(column.position)) {
        if (!column.isNullable) {
          return false;
        }
        continue;
      }
      int size = size(row, column);
      if (size < 0 || (size == 0 && column.isKey && column.kind != Kind.NUMBER)) {
        return false;
      }
      bytes += size;
      if (bytes > most) {
        return false;
      }
    }
    return most >= 0;
  }

  /** Bytes of text; less than 0 where the value needs judgement. */
  private int size(RowData row, Column column) {
    return switch (column.kind) {
      case NUMBER -> 0;
      case TIME ->
          Integer.compareUnsigned(row.getInt(column.position), MILLISECONDS_OF_DAY) < 0 ? 1 : -1;
      case TEXT -> asciiSize(row.getString(column.position));
      case BYTES -> row.getBinary(column.position).length;
      case NESTED -> -1;
    };
  }

  private int asciiSize(StringData text) {
    BinaryStringData binary = (BinaryStringData) text;
    binary.ensureMaterialized();
    int size = binary.getSizeInBytes();
    if (size > most || binary.getSegments().length != 1) {
      return -1;
    }
    return isAscii(binary.getSegments()[0], binary.getOffset(), size) ? size : -1;
  }

  private static boolean isAscii(MemorySegment segment, int from, int size) {
    int at = from;
    for (; at <= from + size - Long.BYTES; at += Long.BYTES) {
      if ((segment.getLong(at) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; at < from + size; at++) {
      if (segment.get(at) < 0) {
        return false;
      }
    }
    return true;
  }
}
