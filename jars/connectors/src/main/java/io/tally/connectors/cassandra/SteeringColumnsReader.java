package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Finds the columns that {@code sink.ttl.column} and {@code sink.timestamp.column} name. */
final class SteeringColumnsReader {

  private final List<Column> columns;
  private final List<String> key;
  private final ReadableConfig options;
  private final OptionErrors errors;

  SteeringColumnsReader(ResolvedSchema schema, ReadableConfig options, OptionErrors errors) {
    this.columns = TargetTables.columns(schema);
    this.key = schema.getPrimaryKey().map(UniqueConstraint::getColumns).orElse(List.of());
    this.options = options;
    this.errors = errors;
  }

  SteeringColumns read() {
    SteeringColumns found = new SteeringColumns(ttl(), timestamp());
    if (found.ttl() != null && found.ttl().equals(found.timestamp())) {
      errors.add(
          "options 'sink.ttl.column' and 'sink.timestamp.column' both name '%s'; one column cannot"
              + " be both",
          found.ttl().name());
    }
    return found;
  }

  private Column ttl() {
    Optional<Column> column =
        column(
            CassandraOptions.TTL_COLUMN,
            SteeringColumnsReader::isWhole,
            "a time to live needs INT or BIGINT, of seconds");
    if (column.isPresent() && options.getOptional(CassandraOptions.TTL).isPresent()) {
      errors.add("options 'sink.ttl' and 'sink.ttl.column' contradict each other; set one of them");
    }
    if (column.filter(c -> key.contains(c.name())).isPresent()) {
      errors.add(
          "option 'sink.ttl.column': column '%s' is in the primary key, so it is stored;"
              + " a time to live needs a column of its own",
          column.get().name());
    }
    return column.orElse(null);
  }

  private Column timestamp() {
    Optional<Column> column =
        column(
            CassandraOptions.TIMESTAMP_COLUMN,
            SteeringColumnsReader::isTime,
            "a write timestamp needs BIGINT (microseconds), TIMESTAMP(3) or TIMESTAMP_LTZ(3)");
    if (column.isPresent() && options.getOptional(CassandraOptions.TIMESTAMP_RESERVE).isPresent()) {
      errors.add(
          "options 'sink.timestamp.column' and 'sink.timestamp-reserve' contradict each other;"
              + " timestamps of a column are not reserved");
    }
    return column.orElse(null);
  }

  /** The column that an option names, if it is there and fits. */
  private Optional<Column> column(
      ConfigOption<String> option, Predicate<LogicalType> fits, String needs) {
    Optional<String> name = options.getOptional(option);
    Optional<Column> column =
        name.flatMap(n -> columns.stream().filter(c -> c.name().equals(n)).findFirst());
    if (name.isPresent() && column.isEmpty()) {
      errors.add(
          "option '%s': no column '%s'; the columns are %s",
          option.key(), name.get(), columns.stream().map(Column::name).toList());
    }
    if (column.isPresent() && !fits.test(column.get().type())) {
      errors.add(
          "option '%s': column '%s' is %s; %s",
          option.key(), name.get(), column.get().type().copy(true).asSummaryString(), needs);
      return Optional.empty();
    }
    return column;
  }

  private static boolean isWhole(LogicalType type) {
    return type.isAnyOf(LogicalTypeRoot.INTEGER, LogicalTypeRoot.BIGINT);
  }

  private static boolean isTime(LogicalType type) {
    return type.is(LogicalTypeRoot.BIGINT)
        || type.isAnyOf(
                LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE,
                LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE)
            && LogicalTypeChecks.getPrecision(type) <= CqlTypes.TIMESTAMP_PRECISION;
  }
}
