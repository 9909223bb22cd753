package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.Metadata;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import java.util.HashSet;
import java.util.List;

/** Holds the Flink table against the Cassandra table that the server has. */
final class TableCheck {

  private TableCheck() {}

  /**
   * Checks that the table takes the rows.
   *
   * @return the table's primary key
   * @throws CassandraRefusedException if keyspace, table or a column is missing, a column has
   *     another type, or the primary key has other columns
   */
  static KeyColumns check(TargetTable target, Metadata metadata) {
    TableMetadata table = find(target, metadata);
    for (TargetTable.Column column : target.columns()) {
      checkColumn(target, table, column.name(), CqlTypes.of(column));
    }
    target.timeBucket().ifPresent(b -> checkColumn(target, table, b.column(), DataTypes.TIMESTAMP));
    List<String> serverKey = names(table.getPrimaryKey());
    if (!new HashSet<>(serverKey).equals(new HashSet<>(target.cqlPrimaryKey()))) {
      throw new CassandraRefusedException(
          "table %s has the primary key (%s), but its rows have (%s)"
              .formatted(
                  target, String.join(", ", serverKey), String.join(", ", target.cqlPrimaryKey())));
    }
    return key(table);
  }

  static KeyColumns key(TableMetadata table) {
    return new KeyColumns(
        names(table.getPartitionKey()), names(List.copyOf(table.getClusteringColumns().keySet())));
  }

  /**
   * Finds the table.
   *
   * @throws CassandraRefusedException if keyspace or table is missing
   */
  static TableMetadata find(TargetTable target, Metadata metadata) {
    KeyspaceMetadata keyspace =
        metadata
            .getKeyspace(CqlIdentifier.fromInternal(target.keyspace()))
            .orElseThrow(
                () ->
                    new CassandraRefusedException(
                        "keyspace %s does not exist in Cassandra".formatted(target.keyspace())));
    return keyspace
        .getTable(CqlIdentifier.fromInternal(target.name()))
        .orElseThrow(
            () ->
                new CassandraRefusedException(
                    "table %s does not exist in Cassandra".formatted(target)));
  }

  private static void checkColumn(
      TargetTable target, TableMetadata table, String name, DataType type) {
    ColumnMetadata column =
        table
            .getColumn(CqlIdentifier.fromInternal(name))
            .orElseThrow(
                () ->
                    new CassandraRefusedException(
                        "column %s.%s does not exist in Cassandra; its type would be %s"
                            .formatted(target, name, cql(type))));
    if (!unfrozen(column.getType()).equals(type)) {
      throw new CassandraRefusedException(
          "column %s.%s is %s in Cassandra, but its values are %s"
              .formatted(target, name, cql(column.getType()), cql(type)));
    }
  }

  private static List<String> names(List<ColumnMetadata> columns) {
    return columns.stream().map(column -> column.getName().asInternal()).toList();
  }

  private static String cql(DataType type) {
    return type.asCql(true, true);
  }

  /** A frozen collection takes the same bytes. */
  private static DataType unfrozen(DataType type) {
    if (type instanceof ListType list) {
      return DataTypes.listOf(unfrozen(list.getElementType()));
    }
    if (type instanceof MapType map) {
      return DataTypes.mapOf(unfrozen(map.getKeyType()), unfrozen(map.getValueType()));
    }
    return type;
  }
}
