package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The Cassandra table as the server has it.
 *
 * @param types the CQL type of each column
 * @param statics names of the columns that a partition has once, for all its rows
 */
record ServerTable(KeyColumns key, Map<String, DataType> types, Set<String> statics) {

  static ServerTable of(TableMetadata table) {
    KeyColumns key =
        new KeyColumns(
            names(table.getPartitionKey()),
            names(List.copyOf(table.getClusteringColumns().keySet())));
    Map<String, DataType> types =
        table.getColumns().values().stream()
            .collect(Collectors.toMap(ServerTable::name, ColumnMetadata::getType));
    Set<String> statics =
        table.getColumns().values().stream()
            .filter(ColumnMetadata::isStatic)
            .map(ServerTable::name)
            .collect(Collectors.toSet());
    return new ServerTable(key, types, statics);
  }

  /** Whether a column is part of the primary key. */
  boolean isKey(String column) {
    return key.partition().contains(column) || key.clustering().contains(column);
  }

  private static List<String> names(List<ColumnMetadata> columns) {
    return columns.stream().map(ServerTable::name).toList();
  }

  private static String name(ColumnMetadata column) {
    return column.getName().asInternal();
  }
}
