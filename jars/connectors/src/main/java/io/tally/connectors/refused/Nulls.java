package io.tally.connectors.refused;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Finds nulls in columns that hold none: in keys, and where the plan takes a column for NOT NULL,
 * as it believes what a Python function declares. Flink's own check would end the job.
 */
final class Nulls implements Serializable {

  private static final long serialVersionUID = 1L;

  private final String[] names;
  private final boolean[] isKey;
  private final boolean[] isNullable;

  Nulls(RowType type, List<String> key) {
    this.names = type.getFieldNames().toArray(String[]::new);
    this.isKey = new boolean[names.length];
    this.isNullable = new boolean[names.length];
    for (int i = 0; i < names.length; i++) {
      isKey[i] = key.contains(names[i]);
      isNullable[i] = type.getTypeAt(i).isNullable();
    }
  }

  /** What is wrong with a row; null for nothing. */
  String of(RowData row) {
    for (int i = 0; i < names.length; i++) {
      if ((isKey[i] || !isNullable[i]) && row.isNullAt(i)) {
        return text(i);
      }
    }
    return null;
  }

  /** What is wrong with its key. */
  String ofKey(RowData row) {
    for (int i = 0; i < names.length; i++) {
      if (isKey[i] && row.isNullAt(i)) {
        return text(i);
      }
    }
    return null;
  }

  private String text(int column) {
    return isKey[column]
        ? "key column %s is null".formatted(names[column])
        : "column %s is null, and NOT NULL by the query".formatted(names[column]);
  }
}
