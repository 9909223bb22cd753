package io.tally.connectors.kafka;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * What stands in the columns of a dead record's row: null, and where the column is NOT NULL some
 * value of its type, since Flink's code reads such columns without looking for null.
 */
final class Blanks {

  private Blanks() {}

  static Object[] of(List<LogicalType> types) {
    return types.stream().map(Blanks::of).toArray();
  }

  static Object of(LogicalType type) {
    return type.isNullable() ? null : value(type);
  }

  private static Object value(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> StringData.fromString("");
      case BOOLEAN -> false;
      case BINARY, VARBINARY -> new byte[0];
      case DECIMAL -> zero((DecimalType) type);
      case TINYINT -> (byte) 0;
      case SMALLINT -> (short) 0;
      case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE, INTERVAL_YEAR_MONTH -> 0;
      case BIGINT, INTERVAL_DAY_TIME -> 0L;
      case FLOAT -> 0f;
      case DOUBLE -> 0d;
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          TimestampData.fromEpochMillis(0);
      case ARRAY -> new GenericArrayData(new Object[0]);
      case MAP, MULTISET -> new GenericMapData(Map.of());
      case ROW, STRUCTURED_TYPE -> GenericRowData.of(of(type.getChildren()));
      default -> throw new IllegalArgumentException("no blank value of " + type);
    };
  }

  private static DecimalData zero(DecimalType type) {
    return DecimalData.fromBigDecimal(BigDecimal.ZERO, type.getPrecision(), type.getScale());
  }
}
