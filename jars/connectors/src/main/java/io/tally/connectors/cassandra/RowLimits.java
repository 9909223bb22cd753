package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * How large Cassandra lets a row and its key be, whatever their types.
 *
 * <p>Source: Cassandra 5.0, {@code QueryProcessor.validateKey}: a partition key has 1 to 65,535
 * bytes, and one of several columns takes 3 more for each of them ({@code CompositeType}: a length
 * of two bytes, an end of one); the clustering columns of a row together have as many at most.
 *
 * @param key names of the key's columns
 * @param maxRowBytes of a whole row
 */
record RowLimits(TargetTable table, KeyColumns key, long maxRowBytes) {

  private static final int MAX_KEY_BYTES = 65_535;
  private static final int COMPONENT_BYTES = 3;

  static RowLimits of(TargetTable table, KeyColumns key) {
    return new RowLimits(table, key, CassandraOptions.MAX_ROW_SIZE.defaultValue().getBytes());
  }

  /**
   * Checks a write.
   *
   * @throws CassandraRefusedException if Cassandra takes no such key, or no row so large
   */
  void check(RowWrite write) {
    int partition = bytes(write.key().partition());
    if (partition == 0 && key.partition().size() == 1) {
      throw new CassandraRefusedException(
          "partition key of %s: column %s is empty, and Cassandra takes no empty partition key"
              .formatted(table, key.partition().get(0)));
    }
    int components = key.partition().size();
    requireFit(
        "partition key",
        key.partition(),
        partition + (components > 1 ? COMPONENT_BYTES * components : 0));
    requireFit("clustering key", key.clustering(), bytes(write.key().clustering()));
    if (write.bytes() > maxRowBytes) {
      throw new CassandraRefusedException(
          "row of %s: it has about %d bytes, more than 'sink.max-row-size' of %d"
              .formatted(table, write.bytes(), maxRowBytes));
    }
  }

  private void requireFit(String what, List<String> columns, int bytes) {
    if (bytes > MAX_KEY_BYTES) {
      throw new CassandraRefusedException(
          "%s of %s: column%s %s %s %d bytes, more than the %d that Cassandra takes"
              .formatted(
                  what,
                  table,
                  columns.size() == 1 ? "" : "s",
                  String.join(", ", columns),
                  columns.size() == 1 ? "has" : "have",
                  bytes,
                  MAX_KEY_BYTES));
    }
  }

  private static int bytes(List<ByteBuffer> values) {
    int bytes = 0;
    for (ByteBuffer value : values) {
      bytes += value.remaining();
    }
    return bytes;
  }
}
