package io.tally.connectors.cassandra;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;

/** Flink tables over Cassandra, declared as a CREATE TABLE would. */
final class Tables {

  private final Map<String, DataType> columns = new LinkedHashMap<>();
  private final Map<String, String> options = new LinkedHashMap<>();
  private List<String> key = List.of();

  Tables() {
    option("connector", "cassandra");
    option("contact-points", "127.0.0.1:9042");
    option("keyspace", "ks");
    option("table", "t");
  }

  Tables column(String name, DataType type) {
    columns.put(name, type);
    return this;
  }

  Tables key(String... names) {
    key = List.of(names);
    return this;
  }

  Tables option(String name, String value) {
    options.put(name, value);
    return this;
  }

  Tables without(String name) {
    options.remove(name);
    return this;
  }

  ResolvedSchema schema() {
    List<Column> resolved =
        columns.entrySet().stream()
            .map(e -> (Column) Column.physical(e.getKey(), e.getValue()))
            .toList();
    UniqueConstraint constraint = key.isEmpty() ? null : UniqueConstraint.primaryKey("pk", key);
    return new ResolvedSchema(resolved, List.of(), constraint, List.of());
  }

  /** The sink that Flink's own discovery makes. */
  DynamicTableSink sink() {
    return FactoryUtil.createDynamicTableSink(
        null,
        ObjectIdentifier.of("c", "d", "t"),
        resolved(),
        Map.of(),
        new Configuration(),
        Tables.class.getClassLoader(),
        false);
  }

  /** The source that Flink's own discovery makes. */
  DynamicTableSource source() {
    return FactoryUtil.createDynamicTableSource(
        null,
        ObjectIdentifier.of("c", "d", "t"),
        resolved(),
        Map.of(),
        new Configuration(),
        Tables.class.getClassLoader(),
        false);
  }

  private ResolvedCatalogTable resolved() {
    CatalogTable table =
        CatalogTable.newBuilder()
            .schema(Schema.newBuilder().fromResolvedSchema(schema()).build())
            .options(options)
            .build();
    return new ResolvedCatalogTable(table, schema());
  }

  TargetTable toRead() {
    return TargetTables.toRead(schema(), Configuration.fromMap(options));
  }

  ReadSettings readSettings() {
    return ReadSettings.of(Configuration.fromMap(options));
  }

  TargetTable target() {
    return TargetTables.of(schema(), Configuration.fromMap(options));
  }

  /** The Cassandra table of the nearest types, with the key columns in that order. */
  ServerTable server(List<String> partition, List<String> clustering) {
    Map<String, com.datastax.oss.driver.api.core.type.DataType> types =
        target().columns().stream()
            .collect(Collectors.toMap(TargetTable.Column::name, CqlTypes::of));
    return new ServerTable(new KeyColumns(partition, clustering), types, Set.of());
  }

  SteeringColumns steering() {
    OptionErrors errors = new OptionErrors();
    SteeringColumns steering =
        new SteeringColumnsReader(schema(), Configuration.fromMap(options), errors).read();
    errors.throwIfAny();
    return steering;
  }

  SinkSettings settings() {
    return SinkSettings.of(Configuration.fromMap(options));
  }
}
