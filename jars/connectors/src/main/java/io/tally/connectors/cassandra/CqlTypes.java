package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * The nearest CQL type of each Flink type, before any table is known: what can be stored at all.
 *
 * <p>A table may have another one that fits as well; {@link TypeFit} judges that.
 */
final class CqlTypes {

  /** A CQL timestamp holds milliseconds. */
  static final int TIMESTAMP_PRECISION = 3;

  private CqlTypes() {}

  /**
   * The CQL type nearest to a column's.
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
                  column.name(), column.type().copy(true).asSummaryString(), e.insteadOf(column)));
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
      case ROW, STRUCTURED_TYPE -> tuple(type.getChildren());
      case INTERVAL_DAY_TIME, INTERVAL_YEAR_MONTH ->
          throw new Unsupported("a BIGINT count of milliseconds or months");
      case MULTISET -> throw new Unsupported("MAP with BIGINT counts");
      default -> throw new Unsupported("STRING", type);
    };
  }

  private static DataType timestamp(LogicalType type) throws Unsupported {
    if (LogicalTypeChecks.getPrecision(type) > TIMESTAMP_PRECISION) {
      boolean local = type.is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE);
      throw new Unsupported(local ? "TIMESTAMP_LTZ(3)" : "TIMESTAMP(3)", type);
    }
    return DataTypes.TIMESTAMP;
  }

  /** A user-defined type has a name, which no Flink type tells; a tuple has the same bytes. */
  private static DataType tuple(List<LogicalType> fields) throws Unsupported {
    List<DataType> components = new ArrayList<>(fields.size());
    for (LogicalType field : fields) {
      components.add(of(field));
    }
    return DataTypes.tupleOf(components.toArray(DataType[]::new));
  }

  /** Carries what to use instead, and the type to cast if a cast does it. */
  private static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1L;
    private final String instead;
    private final transient LogicalType castable;

    Unsupported(String instead) {
      this(instead, null);
    }

    Unsupported(String instead, LogicalType castable) {
      this.instead = instead;
      this.castable = castable;
    }

    /** A value inside a collection cannot be cast on its own. */
    private String insteadOf(Column column) {
      if (castable == null) {
        return instead;
      }
      return column.type().equals(castable)
          ? "CAST(`%s` AS %s)".formatted(column.name(), instead)
          : instead + " in its place";
    }
  }
}
