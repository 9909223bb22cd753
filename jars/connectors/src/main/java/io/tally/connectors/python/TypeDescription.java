package io.tally.connectors.python;

import java.util.List;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** SQL types in the words of {@code python_values.SqlType}. */
final class TypeDescription {

  private TypeDescription() {}

  /** Describes each of several. */
  static Object[] of(List<LogicalType> types) {
    return types.stream().map(TypeDescription::of).toArray();
  }

  private static Object[] of(LogicalType type) {
    return new Object[] {
      type.getTypeRoot().name(),
      type.isNullable(),
      type.asSummaryString(),
      size(type),
      type instanceof DecimalType decimal ? (long) decimal.getScale() : 0L,
      of(type.getChildren()),
      type instanceof RowType row ? row.getFieldNames().toArray() : new Object[0],
    };
  }

  private static long size(LogicalType type) {
    if (type instanceof DecimalType decimal) {
      return decimal.getPrecision();
    }
    if (type.is(LogicalTypeFamily.CHARACTER_STRING) || type.is(LogicalTypeFamily.BINARY_STRING)) {
      return LogicalTypeChecks.getLength(type);
    }
    return type.is(LogicalTypeFamily.DATETIME) && !type.is(LogicalTypeRoot.DATE)
        ? LogicalTypeChecks.getPrecision(type)
        : 0;
  }
}
