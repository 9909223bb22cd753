package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.table.api.ValidationException;

/**
 * How the columns that a join gives find rows.
 *
 * @param bound what the request asks for: the whole partition key, and clustering columns as far as
 *     they are given without a gap
 * @param checked positions of the other given columns, in the key: they are compared with the rows
 *     read
 */
record LookupKey(List<BoundColumn> bound, List<Integer> checked) {

  /** A key column of the table and where its value comes from. */
  record BoundColumn(String name, KeyEncoder encoder, Kind kind) {

    /** Bytes that a value adds to the partition key. */
    int partitionBytes(ByteBuffer value) {
      return switch (kind) {
        case WHOLE_PARTITION -> value.remaining();
        case PART_OF_PARTITION -> value.remaining() + COMPONENT_OVERHEAD;
        case CLUSTERING -> 0;
      };
    }
  }

  /** What a key column is to the table. */
  enum Kind {
    WHOLE_PARTITION,
    PART_OF_PARTITION,
    CLUSTERING
  }

  /** Length and end of a value in a partition key of several columns. */
  private static final int COMPONENT_OVERHEAD = 3;

  /**
   * Refuses a join that can't be served, as far as the options alone tell.
   *
   * @param given the columns that the join gives
   * @throws ValidationException if the time bucket cannot be computed
   */
  static void requireBucketSource(TargetTable table, List<Column> given) {
    if (lacksBucketSource(table, given)) {
      throw new ValidationException(noBucketSource(table, given));
    }
  }

  private static boolean lacksBucketSource(TargetTable table, List<Column> given) {
    return table.timeBucket().filter(b -> !names(given).contains(b.source().name())).isPresent();
  }

  private static String noBucketSource(TargetTable table, List<Column> given) {
    String time = table.bucket().source().name();
    return "lookup in %s by %s: the rows lie in time buckets, which follow from '%s'; join on '%s' too"
        .formatted(table, names(given), time, time);
  }

  /**
   * Holds the given columns against the table's key.
   *
   * @throws CassandraRefusedException if the partition key is not given whole
   */
  static LookupKey of(TargetTable table, List<Column> given, TableMetadata found) {
    KeyColumns key = ServerTable.of(found).key();
    requirePartition(table, given, key);
    Kind partition = key.partition().size() == 1 ? Kind.WHOLE_PARTITION : Kind.PART_OF_PARTITION;
    List<BoundColumn> bound = new ArrayList<>();
    Set<Integer> used = new HashSet<>();
    for (String name : key.partition()) {
      bound.add(bind(table, given, found, name, partition));
      used.add(names(given).indexOf(name));
    }
    for (String name : key.clustering()) {
      if (!names(given).contains(name)) {
        break;
      }
      bound.add(bind(table, given, found, name, Kind.CLUSTERING));
      used.add(names(given).indexOf(name));
    }
    List<Integer> rest =
        IntStream.range(0, given.size()).filter(i -> !used.contains(i)).boxed().toList();
    return new LookupKey(bound, rest);
  }

  private static void requirePartition(TargetTable table, List<Column> given, KeyColumns key) {
    List<String> missing =
        key.partition().stream()
            .filter(name -> !isBucket(table, name) && !names(given).contains(name))
            .toList();
    if (!missing.isEmpty()) {
      throw new CassandraRefusedException(
          "lookup in %s by %s: Cassandra finds rows by the whole partition key %s; join on %s too"
              .formatted(table, names(given), key.partition(), missing));
    }
  }

  private static boolean isBucket(TargetTable table, String name) {
    return table.timeBucket().filter(bucket -> bucket.column().equals(name)).isPresent();
  }

  private static BoundColumn bind(
      TargetTable table, List<Column> given, TableMetadata found, String name, Kind kind) {
    if (isBucket(table, name)) {
      int time = names(given).indexOf(table.bucket().source().name());
      return new BoundColumn(name, KeyEncoder.of(table.bucket(), time), kind);
    }
    int position = names(given).indexOf(name);
    KeyEncoder encoder =
        KeyEncoder.of(
            given.get(position).type(),
            found.getColumn(CqlIdentifier.fromInternal(name)).orElseThrow().getType(),
            position);
    return new BoundColumn(name, encoder, kind);
  }

  private static List<String> names(List<Column> columns) {
    return columns.stream().map(Column::name).toList();
  }

  List<String> boundNames() {
    return bound.stream().map(BoundColumn::name).toList();
  }
}
