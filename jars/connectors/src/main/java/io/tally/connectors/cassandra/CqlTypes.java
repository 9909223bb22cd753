package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.tally.connectors.cassandra.TargetTable.Column;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** The one table of Flink type to CQL type. */
final class CqlTypes {

  /** A CQL timestamp holds milliseconds. */
  static final int TIMESTAMP_PRECISION = 3;

  private CqlTypes() {}

  /**
   * The CQL type that stores a column.
   *
   * @throws ValidationException if there is none; the text says what to use instead
   */
  static DataType of(Column column) {
    try {
      return of(column.type());
    } catch (Unsupported e) {
      throw new ValidationException(
          "column '%s' is %s, which Cassandra cannot store; use %s"
              .formatted(
                  column.name(),
                  column.type().copy(true).asSummaryString(),
                  e.instead.formatted(column.name())));
    }
  }

  private static DataType of(LogicalType type) throws Unsupported {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> DataTypes.TEXT;
      case BOOLEAN -> DataTypes.BOOLEAN;
      case BINARY, VARBINARY -> DataTypes.BLOB;
      case TINYINT -> DataTypes.TINYINT;
      case SMALLINT -> DataTypes.SMALLINT;
      case INTEGER -> DataTypes.INT;
      case BIGINT -> DataTypes.BIGINT;
      case FLOAT -> DataTypes.FLOAT;
      case DOUBLE -> DataTypes.DOUBLE;
      case DECIMAL -> DataTypes.DECIMAL;
      case DATE -> DataTypes.DATE;
      case TIME_WITHOUT_TIME_ZONE -> DataTypes.TIME;
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(type);
      case ARRAY -> DataTypes.listOf(of(((ArrayType) type).getElementType()));
      case MAP ->
          DataTypes.mapOf(of(((MapType) type).getKeyType()), of(((MapType) type).getValueType()));
      case INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH ->
          throw new Unsupported("a BIGINT count of milliseconds or months");
      case ROW, STRUCTURED_TYPE -> throw new Unsupported("one column for each field of it");
      case MULTISET -> throw new Unsupported("MAP with BIGINT counts");
      default -> throw new Unsupported("CAST(`%s` AS STRING)");
    };
  }

  private static DataType timestamp(LogicalType type) throws Unsupported {
    if (LogicalTypeChecks.getPrecision(type) > TIMESTAMP_PRECISION) {
      boolean local = type.asSummaryString().contains("LTZ");
      throw new Unsupported("CAST(`%s` AS " + (local ? "TIMESTAMP_LTZ(3))" : "TIMESTAMP(3))"));
    }
    return DataTypes.TIMESTAMP;
  }

  /** Carries what to write instead, with a place for the column's name. */
  private static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;
    private final String instead;

    Unsupported(String instead) {
      this.instead = instead;
    }
  }
}
