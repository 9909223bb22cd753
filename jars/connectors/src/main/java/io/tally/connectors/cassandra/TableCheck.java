package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.Metadata;
import com.datastax.oss.driver.api.core.metadata.schema.KeyspaceMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import io.tally.connectors.cassandra.TargetTable.Column;
import io.tally.connectors.cassandra.TypeFit.Use;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Holds the Flink table against the Cassandra table that the server has. */
final class TableCheck {

  private final TargetTable target;
  private final ServerTable server;
  private final List<String> misfits = new ArrayList<>();

  private TableCheck(TargetTable target, ServerTable server) {
    this.target = target;
    this.server = server;
  }

  /**
   * Checks that the table takes the rows.
   *
   * @return the table as the server has it
   * @throws CassandraRefusedException if keyspace or table is missing, it is a counter table or a
   *     materialized view, or columns or primary key do not fit; the text names all that do not
   */
  static ServerTable check(TargetTable target, Metadata metadata) {
    refuseView(target, metadata);
    ServerTable server = ServerTable.of(find(target, metadata));
    refuseCounters(target, server);
    List<String> misfits = new TableCheck(target, server).misfits();
    if (!misfits.isEmpty()) {
      throw new CassandraRefusedException(
          "table %s in Cassandra does not fit the Flink table:\n  %s"
              .formatted(target, String.join("\n  ", misfits)));
    }
    return server;
  }

  /**
   * Leaves a column out of the target if the Cassandra table has none of its name.
   *
   * @param column null for none
   */
  static TargetTable withoutUnstored(
      TargetTable target, TargetTable.Column column, Metadata metadata) {
    if (column == null || find(target, metadata).getColumn(id(column.name())).isPresent()) {
      return target;
    }
    return target.without(column);
  }

  private static CqlIdentifier id(String name) {
    return CqlIdentifier.fromInternal(name);
  }

  /**
   * Finds the table.
   *
   * @throws CassandraRefusedException if keyspace or table is missing
   */
  static TableMetadata find(TargetTable target, Metadata metadata) {
    return keyspace(target, metadata)
        .getTable(CqlIdentifier.fromInternal(target.name()))
        .orElseThrow(
            () ->
                new CassandraRefusedException(
                    "table %s does not exist in Cassandra".formatted(target)));
  }

  private static KeyspaceMetadata keyspace(TargetTable target, Metadata metadata) {
    return metadata
        .getKeyspace(CqlIdentifier.fromInternal(target.keyspace()))
        .orElseThrow(
            () ->
                new CassandraRefusedException(
                    "keyspace %s does not exist in Cassandra".formatted(target.keyspace())));
  }

  private static void refuseView(TargetTable target, Metadata metadata) {
    keyspace(target, metadata)
        .getView(CqlIdentifier.fromInternal(target.name()))
        .ifPresent(
            view -> {
              throw new CassandraRefusedException(
                  "%s is a materialized view, which Cassandra itself fills; write to its table %s"
                      .formatted(target, view.getBaseTable().asInternal()));
            });
  }

  private static void refuseCounters(TargetTable target, ServerTable server) {
    String counters =
        server.types().entrySet().stream()
            .filter(column -> column.getValue().equals(DataTypes.COUNTER))
            .map(Map.Entry::getKey)
            .sorted()
            .collect(Collectors.joining(", "));
    if (!counters.isEmpty()) {
      throw new CassandraRefusedException(
          "table %s counts (counter %s): an increment cannot be repeated safely, as a write that"
                  .formatted(target, counters)
              + " timed out has to be; keep the total in a bigint column");
    }
  }

  private List<String> misfits() {
    target.columns().forEach(this::checkColumn);
    target.timeBucket().ifPresent(this::checkBucket);
    checkKey();
    return misfits;
  }

  private void checkColumn(Column column) {
    DataType cql = server.types().get(column.name());
    if (cql == null) {
      misfits.add(
          "column %s does not exist in Cassandra%s; %s"
              .formatted(
                  column.name(),
                  otherCase(column.name()),
                  TypeFit.placesOf(column.type(), Use.WRITE)));
      return;
    }
    reason(column, cql)
        .ifPresent(
            reason ->
                misfits.add(
                    "column %s is %s in Flink and %s in Cassandra: %s"
                        .formatted(
                            column.name(),
                            TypeNames.of(column.type()),
                            TypeNames.of(cql),
                            reason)));
  }

  private Optional<String> reason(Column column, DataType cql) {
    if (server.isKey(column.name()) && (cql instanceof SetType || cql instanceof MapType)) {
      return Optional.of(
          "Cassandra sorts it, so rows with different keys in Flink would be one row; a key may"
              + " hold a frozen list");
    }
    return TypeFit.misfit(column.type(), cql, Use.WRITE);
  }

  /** CQL takes names without quotes as lower case. */
  private String otherCase(String name) {
    return server.types().keySet().stream()
        .filter(name::equalsIgnoreCase)
        .findFirst()
        .map(", which has "::concat)
        .orElse("");
  }

  private void checkBucket(TimeBucket bucket) {
    DataType cql = server.types().get(bucket.column());
    if (cql == null) {
      misfits.add(
          "the time bucket's column %s does not exist in Cassandra; its type is timestamp"
              .formatted(bucket.column()));
    } else if (!cql.equals(DataTypes.TIMESTAMP)) {
      misfits.add(
          "the time bucket's column %s is %s in Cassandra; its type is timestamp"
              .formatted(bucket.column(), TypeNames.of(cql)));
    }
  }

  private void checkKey() {
    List<String> serverKey = new ArrayList<>(server.key().partition());
    serverKey.addAll(server.key().clustering());
    if (!new HashSet<>(serverKey).equals(new HashSet<>(target.cqlPrimaryKey()))) {
      misfits.add(
          "the primary key is (%s) in Flink and (%s) in Cassandra"
              .formatted(String.join(", ", target.cqlPrimaryKey()), String.join(", ", serverKey)));
    }
  }
}
