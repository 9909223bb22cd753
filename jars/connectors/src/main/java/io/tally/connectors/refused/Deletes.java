package io.tally.connectors.refused;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;
import org.apache.flink.types.RowKind;

/**
 * Makes the delete of a row's key: its other columns are null, or, since Flink checks a delete for
 * NOT NULL too, some value.
 */
final class Deletes implements Serializable {

  private static final long serialVersionUID = 1L;

  private final RowType type;
  private final boolean[] isKey;
  private final RowData.FieldGetter[] getters;
  private final RowDataSerializer serializer;

  Deletes(RowType type, List<String> key) {
    this.type = type;
    this.isKey = new boolean[type.getFieldCount()];
    this.getters = new RowData.FieldGetter[isKey.length];
    this.serializer = new RowDataSerializer(type);
    for (int i = 0; i < isKey.length; i++) {
      isKey[i] = key.contains(type.getFieldNames().get(i));
      getters[i] = RowData.createFieldGetter(type.getTypeAt(i), i);
    }
  }

  /** A copy, since the row may be used again for the next one. */
  RowData of(RowData row) {
    RowData copy = serializer.copy(row);
    GenericRowData delete = new GenericRowData(RowKind.DELETE, isKey.length);
    for (int i = 0; i < isKey.length; i++) {
      LogicalType column = type.getTypeAt(i);
      if (isKey[i]) {
        delete.setField(i, getters[i].getFieldOrNull(copy));
      } else {
        delete.setField(i, column.isNullable() ? null : any(column));
      }
    }
    return delete;
  }

  private static Object any(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> StringData.fromString("");
      case BINARY, VARBINARY -> new byte[0];
      case BOOLEAN -> false;
      case TINYINT -> (byte) 0;
      case SMALLINT -> (short) 0;
      case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE, INTERVAL_YEAR_MONTH -> 0;
      case BIGINT, INTERVAL_DAY_TIME -> 0L;
      case FLOAT -> 0f;
      case DOUBLE -> 0d;
      case DECIMAL ->
          DecimalData.zero(LogicalTypeChecks.getPrecision(type), LogicalTypeChecks.getScale(type));
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          TimestampData.fromEpochMillis(0);
      case ARRAY -> new GenericArrayData(new Object[0]);
      case MAP, MULTISET -> new GenericMapData(Map.of());
      case ROW, STRUCTURED_TYPE -> row(type);
      default -> null;
    };
  }

  private static RowData row(LogicalType type) {
    List<LogicalType> fields = type.getChildren();
    GenericRowData row = new GenericRowData(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      row.setField(i, fields.get(i).isNullable() ? null : any(fields.get(i)));
    }
    return row;
  }
}
