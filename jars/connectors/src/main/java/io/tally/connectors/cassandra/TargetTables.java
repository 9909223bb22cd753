package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;

/** Derives the {@link TargetTable} from a Flink table's schema and options. */
final class TargetTables {

  private TargetTables() {}

  /**
   * Reads and judges schema and options.
   *
   * @throws ValidationException if the table has no key, a type without CQL type, or a bucket that
   *     does not fit
   */
  static TargetTable of(ResolvedSchema schema, ReadableConfig options) {
    List<Column> columns = stored(columns(schema), options);
    columns.forEach(CqlTypes::of);
    String name = options.get(CassandraOptions.TABLE);
    List<String> key =
        schema
            .getPrimaryKey()
            .map(UniqueConstraint::getColumns)
            .orElseThrow(
                () ->
                    new ValidationException(
                        "table '%s' has no primary key; declare PRIMARY KEY (...) NOT ENFORCED"
                            .formatted(name)));
    TimeBucket bucket = bucket(columns, key, options).orElse(null);
    return new TargetTable(options.get(CassandraOptions.KEYSPACE), name, columns, key, bucket);
  }

  private static List<Column> stored(List<Column> columns, ReadableConfig options) {
    Optional<String> ttl = options.getOptional(CassandraOptions.TTL_COLUMN);
    return columns.stream().filter(c -> !ttl.equals(Optional.of(c.name()))).toList();
  }

  /**
   * Reads and judges schema and options of a table that is read; it needs no primary key.
   *
   * @throws ValidationException if the table has a bucket that does not fit
   */
  static TargetTable toRead(ResolvedSchema schema, ReadableConfig options) {
    List<Column> columns = columns(schema);
    List<String> key = schema.getPrimaryKey().map(UniqueConstraint::getColumns).orElse(List.of());
    TimeBucket bucket = bucket(columns, key, options).orElse(null);
    return new TargetTable(
        options.get(CassandraOptions.KEYSPACE),
        options.get(CassandraOptions.TABLE),
        columns,
        key,
        bucket);
  }

  /** The columns of the Flink table, also those that are not stored. */
  static List<Column> columns(ResolvedSchema schema) {
    DataType row = schema.toPhysicalRowDataType();
    List<String> names = DataType.getFieldNames(row);
    List<DataType> types = DataType.getFieldDataTypes(row);
    return IntStream.range(0, names.size())
        .mapToObj(i -> new Column(names.get(i), types.get(i).getLogicalType(), i))
        .toList();
  }

  private static Optional<TimeBucket> bucket(
      List<Column> columns, List<String> key, ReadableConfig options) {
    Optional<String> source = options.getOptional(CassandraOptions.BUCKET_SOURCE);
    Optional<Duration> width = options.getOptional(CassandraOptions.BUCKET_WIDTH);
    if (source.isPresent() != width.isPresent()) {
      throw new ValidationException(
          "options 'bucket.source' and 'bucket.width' go together; set both or neither");
    }
    if (source.isEmpty()) {
      requireNoBucketName(options);
      return Optional.empty();
    }
    if (width.get().toMillis() < 1) {
      throw new ValidationException("option 'bucket.width' must be at least 1 ms");
    }
    Column time = sourceColumn(source.get(), columns, key);
    String name = options.get(CassandraOptions.BUCKET_COLUMN);
    if (columns.stream().anyMatch(c -> c.name().equals(name))) {
      throw new ValidationException(
          "option 'bucket.column': the table has a column '%s' already; choose another name"
              .formatted(name));
    }
    return Optional.of(new TimeBucket(name, time, width.get().toMillis()));
  }

  private static void requireNoBucketName(ReadableConfig options) {
    if (options.getOptional(CassandraOptions.BUCKET_COLUMN).isPresent()) {
      throw new ValidationException(
          "option 'bucket.column' needs 'bucket.source' and 'bucket.width'");
    }
  }

  private static Column sourceColumn(String name, List<Column> columns, List<String> key) {
    Column column =
        columns.stream()
            .filter(c -> c.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new ValidationException(
                        "option 'bucket.source': no column '%s'; the columns are %s"
                            .formatted(name, columns.stream().map(Column::name).toList())));
    if (!column
        .type()
        .isAnyOf(
            LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE,
            LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE)) {
      throw new ValidationException(
          "option 'bucket.source': column '%s' is %s; a bucket needs TIMESTAMP or TIMESTAMP_LTZ"
              .formatted(name, column.type().asSummaryString()));
    }
    if (!key.isEmpty() && !key.contains(name)) {
      throw new ValidationException(
          "option 'bucket.source': column '%s' is not in the primary key %s; a row's bucket may not change"
              .formatted(name, key));
    }
    return column;
  }
}
