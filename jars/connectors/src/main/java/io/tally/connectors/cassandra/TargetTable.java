package io.tally.connectors.cassandra;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.table.types.logical.LogicalType;

/**
 * The Cassandra table as the Flink table describes it.
 *
 * @param columns the Flink table's columns, in its order
 * @param primaryKey names of the key columns, in the Flink table's order, without the bucket
 * @param bucket the time bucket in the partition key, or null for none
 */
record TargetTable(
    String keyspace, String name, List<Column> columns, List<String> primaryKey, TimeBucket bucket)
    implements Serializable {

  /** A column of the Flink table, at its position in the row. */
  record Column(String name, LogicalType type, int position) implements Serializable {}

  Optional<TimeBucket> timeBucket() {
    return Optional.ofNullable(bucket);
  }

  /** Names of all columns that make up the Cassandra table's primary key. */
  List<String> cqlPrimaryKey() {
    Stream<String> bucketName = timeBucket().map(TimeBucket::column).stream();
    return Stream.concat(bucketName, primaryKey.stream()).toList();
  }

  Column column(String columnName) {
    return columns.stream().filter(c -> c.name().equals(columnName)).findFirst().orElseThrow();
  }

  TargetTable without(Column column) {
    List<Column> others = columns.stream().filter(c -> !c.equals(column)).toList();
    return new TargetTable(keyspace, name, others, primaryKey, bucket);
  }

  @Override
  public String toString() {
    return keyspace + "." + name;
  }
}
