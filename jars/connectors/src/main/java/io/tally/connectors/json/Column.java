package io.tally.connectors.json;

import org.apache.flink.table.types.logical.LogicalType;

/**
 * A declared column, or a value within one.
 *
 * @param path the column's name; of a field of a ROW, the names from the outermost on, with dots
 * @param type its type
 */
record Column(String path, LogicalType type) {

  /** A field of this ROW. */
  Column field(String name, LogicalType fieldType) {
    return new Column(path.isEmpty() ? name : path + "." + name, fieldType);
  }

  /** The elements, keys or values of this ARRAY or MAP; they have no name of their own. */
  Column within(LogicalType element) {
    return new Column(path, element);
  }

  /** The type as an error names it; one that holds others without them. */
  String typeName() {
    return switch (type.getTypeRoot()) {
      case ROW, MAP, ARRAY -> type.getTypeRoot().name();
      default -> type.copy(true).asSummaryString();
    };
  }
}
