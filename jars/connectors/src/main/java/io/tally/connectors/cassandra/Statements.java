package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The CQL that sink and source send. Every identifier is quoted: it may be a reserved word. */
final class Statements {

  /** Where the ceilings of a keyspace's tables are kept. */
  static final String CEILING_TABLE = "tally_write_ceiling";

  /** Stands for a scan without LIMIT. */
  static final long NO_LIMIT = -1;

  private Statements() {}

  /**
   * Values in the order of {@code columns}, then the timestamp.
   *
   * @param ttlSeconds time to live of every row, 0 for none
   */
  static String insert(TargetTable table, List<String> columns, long ttlSeconds) {
    return insert(table, columns, ttlSeconds == 0 ? "" : " AND TTL " + ttlSeconds);
  }

  /** Values in the order of {@code columns}, then the timestamp, then the time to live. */
  static String insertWithTtl(TargetTable table, List<String> columns) {
    return insert(table, columns, " AND TTL ?");
  }

  private static String insert(TargetTable table, List<String> columns, String ttl) {
    String names = columns.stream().map(Statements::quote).collect(Collectors.joining(", "));
    String marks = String.join(", ", Collections.nCopies(columns.size(), "?"));
    return "INSERT INTO %s (%s) VALUES (%s) USING TIMESTAMP ?%s"
        .formatted(qualified(table.keyspace(), table.name()), names, marks, ttl);
  }

  /** The timestamp, then the key: partition and clustering columns in their order. */
  static String delete(TargetTable table, KeyColumns key) {
    String condition = equal(Stream.concat(key.partition().stream(), key.clustering().stream()));
    return "DELETE FROM %s USING TIMESTAMP ? WHERE %s"
        .formatted(qualified(table.keyspace(), table.name()), condition);
  }

  /** The rows of the partitions whose tokens are past a first and, if bounded, up to a second. */
  static String selectByToken(
      TargetTable table, List<String> columns, KeyColumns key, boolean bounded, long limit) {
    String token =
        key.partition().stream()
            .map(Statements::quote)
            .collect(Collectors.joining(", ", "token(", ")"));
    String condition = token + " > ?" + (bounded ? " AND " + token + " <= ?" : "");
    return select(table, columns, condition) + (limit == NO_LIMIT ? "" : " LIMIT " + limit);
  }

  /** The rows whose {@code keys} are as given, in this order. */
  static String selectByKey(TargetTable table, List<String> columns, List<String> keys) {
    return select(table, columns, equal(keys.stream()));
  }

  private static String select(TargetTable table, List<String> columns, String condition) {
    String names = columns.stream().map(Statements::quote).collect(Collectors.joining(", "));
    return "SELECT %s FROM %s WHERE %s"
        .formatted(names, qualified(table.keyspace(), table.name()), condition);
  }

  static String createCeilings(String keyspace) {
    return "CREATE TABLE IF NOT EXISTS %s (table_name text PRIMARY KEY, ceiling bigint)"
        .formatted(qualified(keyspace, CEILING_TABLE));
  }

  static String readCeiling(String keyspace) {
    return "SELECT ceiling FROM %s WHERE table_name = ?"
        .formatted(qualified(keyspace, CEILING_TABLE));
  }

  /** Table name, ceiling, and the ceiling again as timestamp. */
  static String raiseCeiling(String keyspace) {
    return "INSERT INTO %s (table_name, ceiling) VALUES (?, ?) USING TIMESTAMP ?"
        .formatted(qualified(keyspace, CEILING_TABLE));
  }

  private static String equal(Stream<String> columns) {
    return columns.map(column -> quote(column) + " = ?").collect(Collectors.joining(" AND "));
  }

  private static String qualified(String keyspace, String table) {
    return quote(keyspace) + "." + quote(table);
  }

  private static String quote(String name) {
    return CqlIdentifier.fromInternal(name).asCql(false);
  }
}
