package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is to be done to one row: delete it, set cells, or both.
 *
 * @param deletedAt write timestamp of the delete in microseconds, {@link #NEVER} for none
 * @param cells values to set, in the order of the INSERT: null where the column is to be null,
 *     {@link #UNSET} where it is to keep what it holds; the list itself is null for a delete alone
 * @param writtenAt write timestamp of the cells in microseconds, {@link #NEVER} for none
 * @param ttl time to live of the cells in seconds, 0 for none or for that of the whole table
 * @param older an upsert of the same row that cannot be sent as one with these cells, since its
 *     timestamp or its time to live is another; it may have older ones in turn; null for none
 */
record RowWrite(
    RowKey key, long deletedAt, List<ByteBuffer> cells, long writtenAt, int ttl, RowWrite older) {

  static final long NEVER = Long.MIN_VALUE;

  /** Stands for no value; told by identity, since an empty value is a value. */
  static final ByteBuffer UNSET = ByteBuffer.allocate(0).asReadOnlyBuffer();

  /**
   * What a cell costs in Cassandra's count of a batch beside its value: timestamp, time to live and
   * time of deletion, and the length before the value.
   */
  private static final int CELL_BYTES = 20;

  private static final int ROW_BYTES = 24;

  static RowWrite upsert(RowKey key, List<ByteBuffer> cells, long timestamp) {
    return upsert(key, cells, timestamp, 0);
  }

  static RowWrite upsert(RowKey key, List<ByteBuffer> cells, long timestamp, int ttl) {
    return new RowWrite(key, NEVER, cells, timestamp, ttl, null);
  }

  static RowWrite delete(RowKey key, long timestamp) {
    return new RowWrite(key, timestamp, null, NEVER, 0, null);
  }

  /** The same upsert, beside a delete and older upserts. */
  RowWrite with(long delete, RowWrite olderUpserts) {
    return new RowWrite(key, delete, cells, writtenAt, ttl, olderUpserts);
  }

  boolean deletes() {
    return deletedAt != NEVER;
  }

  boolean sets() {
    return cells != null;
  }

  /** Whether it sets the column at a position of the INSERT, be it to null. */
  boolean sets(int column) {
    return cells.get(column) != UNSET;
  }

  /** Statements that it takes. */
  int statements() {
    int statements = (deletes() ? 1 : 0) + (sets() ? 1 : 0);
    return older == null ? statements : statements + older.statements();
  }

  /** About how many bytes the row takes in a batch. */
  long bytes() {
    long bytes = 0;
    if (deletes()) {
      bytes += ROW_BYTES + bytes(key.partition()) + bytes(key.clustering());
    }
    if (sets()) {
      bytes += ROW_BYTES + bytes(cells);
    }
    return older == null ? bytes : bytes + older.bytes();
  }

  private static long bytes(List<ByteBuffer> values) {
    long bytes = 0;
    for (ByteBuffer value : values) {
      bytes += CELL_BYTES + (value == null ? 0 : value.remaining());
    }
    return bytes;
  }
}
