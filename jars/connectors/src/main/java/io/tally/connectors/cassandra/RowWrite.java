package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is to be done to one row: delete it, set cells, or both, in the order of their timestamps.
 *
 * @param deletedAt write timestamp of the delete in microseconds, {@link #NEVER} for none
 * @param cells values to set, in the order of the INSERT, null where the column is to be null; the
 *     list itself is null for a delete alone
 * @param writtenAt write timestamp of the cells in microseconds, {@link #NEVER} for none
 */
record RowWrite(RowKey key, long deletedAt, List<ByteBuffer> cells, long writtenAt) {

  static final long NEVER = Long.MIN_VALUE;

  /**
   * What a cell costs in Cassandra's count of a batch beside its value: timestamp, time to live and
   * time of deletion, and the length before the value.
   */
  private static final int CELL_BYTES = 20;

  private static final int ROW_BYTES = 24;

  static RowWrite upsert(RowKey key, List<ByteBuffer> cells, long timestamp) {
    return new RowWrite(key, NEVER, cells, timestamp);
  }

  static RowWrite delete(RowKey key, long timestamp) {
    return new RowWrite(key, timestamp, null, NEVER);
  }

  boolean deletes() {
    return deletedAt != NEVER;
  }

  boolean sets() {
    return cells != null;
  }

  /**
   * This write and a later one of the same key as one, with the outcome of sending both.
   *
   * <p>A delete hides all that came before it, but for static columns: where an upsert set them it
   * is kept beside the delete, whose later timestamp hides its other cells. An upsert of the whole
   * row hides all before it too. An upsert of some columns replaces an earlier upsert, which set
   * the same columns, but not an earlier delete, which removed the others.
   */
  RowWrite then(RowWrite later, Upserts upserts) {
    if (later.deletes()) {
      return upserts.statics() && sets()
          ? new RowWrite(key, later.deletedAt, cells, writtenAt)
          : later;
    }
    if (upserts.wholeRow()) {
      return later;
    }
    return new RowWrite(key, deletedAt, later.cells, later.writtenAt);
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
    return bytes;
  }

  private static long bytes(List<ByteBuffer> values) {
    long bytes = 0;
    for (ByteBuffer value : values) {
      bytes += CELL_BYTES + (value == null ? 0 : value.remaining());
    }
    return bytes;
  }
}
