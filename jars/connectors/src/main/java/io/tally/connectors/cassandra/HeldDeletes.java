package io.tally.connectors.cassandra;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Deletes that update-befores stand for, held until it is clear that no update-after follows.
 *
 * <p>A filter behind an aggregation hands on update-befores: with the update-after for a row that
 * changes, without it for a row that leaves the result. The first is no delete. Where an insert
 * sets every column it overwrites the delete all the same; but where it leaves columns alone, they
 * would be lost, and where the write timestamp is taken from a column that did not change, the
 * delete would win. An update-after follows its update-before within the records that the sender
 * emitted together, so it is there before the next checkpoint, and, unless the network stalls in
 * between, within an interval of the buffer. An insert says that the row had left. What is held
 * counts as buffered; where nothing else is left to make room, it is given out early.
 */
final class HeldDeletes {

  private final Map<RowKey, Held> deletes = new LinkedHashMap<>();
  private long intervals;
  private long bytes;

  void hold(RowWrite delete) {
    cancel(delete.key());
    deletes.put(delete.key(), new Held(delete, intervals));
    bytes += delete.bytes();
  }

  /** Forgets the delete of a row, since an update-after of the row is there. */
  void cancel(RowKey key) {
    remove(key);
  }

  /** Gives out the delete of a row, since the row is inserted anew or deleted. */
  void release(RowKey key, Consumer<RowWrite> to) {
    Held held = remove(key);
    if (held != null) {
      to.accept(held.delete);
    }
  }

  private Held remove(RowKey key) {
    Held held = deletes.remove(key);
    if (held != null) {
      bytes -= held.delete.bytes();
    }
    return held;
  }

  /** Counts an interval, and gives out the deletes that were held for a whole one. */
  void releaseAged(Consumer<RowWrite> to) {
    release(intervals++, to);
  }

  /** Gives out all deletes. */
  void releaseAll(Consumer<RowWrite> to) {
    release(Long.MAX_VALUE, to);
  }

  private void release(long heldBefore, Consumer<RowWrite> to) {
    Iterator<Held> oldest = deletes.values().iterator();
    while (oldest.hasNext()) {
      Held held = oldest.next();
      if (held.interval >= heldBefore) {
        return;
      }
      oldest.remove();
      bytes -= held.delete.bytes();
      to.accept(held.delete);
    }
  }

  int rows() {
    return deletes.size();
  }

  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return deletes.isEmpty();
  }

  private record Held(RowWrite delete, long interval) {}
}
