package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Coalesces writes of which some leave columns alone, or whose timestamps come in any order.
 *
 * <p>Cassandra resolves each cell by itself: the highest timestamp wins, a delete hides the cells
 * that are not newer than it. So an upsert goes away when a delete hides it, or when newer ones set
 * all that it sets. Otherwise it is sent beside the newer ones, with its own timestamp. A delete of
 * a row hides no static columns, so an upsert that sets such is sent beside it.
 *
 * <p>{@code Foldable}: where timestamps rise from write to write of a key, none lies between two
 * writes that meet here, be it in flight, acknowledged or still to come. Then the older of them may
 * as well carry the timestamp of the newer: both are sent as one INSERT. Cells expire with the
 * INSERT that sets them, so this takes the same time to live. Timestamps taken from a column may
 * come in between, also in a later replay, and so may those of other rows that set the same static
 * column; then each upsert keeps its own. Of two upserts with the same timestamp Cassandra picks
 * cell by cell (a null, then the greater bytes); both are sent.
 */
final class CellCoalescing implements Coalescing {

  private static final Comparator<RowWrite> NEWEST_FIRST =
      Comparator.comparingLong(RowWrite::writtenAt).reversed();

  private final boolean foldable;
  private final boolean statics;

  private CellCoalescing(boolean foldable, boolean statics) {
    this.foldable = foldable;
    this.statics = statics;
  }

  /**
   * For timestamps that rise from write to write of a key.
   *
   * @param statics whether upserts set static columns
   */
  static CellCoalescing ofRisingTimestamps(boolean statics) {
    return new CellCoalescing(!statics, statics);
  }

  /**
   * For timestamps in any order.
   *
   * @param statics whether upserts set static columns
   */
  static CellCoalescing ofAnyTimestamps(boolean statics) {
    return new CellCoalescing(false, statics);
  }

  @Override
  public RowWrite merge(RowWrite earlier, RowWrite later) {
    long deletedAt = Math.max(earlier.deletedAt(), later.deletedAt());
    List<RowWrite> upserts = new ArrayList<>(4);
    addVisible(later, deletedAt, upserts);
    addVisible(earlier, deletedAt, upserts);
    if (upserts.isEmpty()) {
      return RowWrite.delete(later.key(), deletedAt);
    }
    upserts.sort(NEWEST_FIRST);
    return chain(deletedAt, withoutCovered(upserts));
  }

  /** A delete wins over an upsert of the same timestamp. */
  private void addVisible(RowWrite write, long deletedAt, List<RowWrite> upserts) {
    for (RowWrite upsert = write; upsert != null; upsert = upsert.older()) {
      if (upsert.sets() && (statics || upsert.writtenAt() > deletedAt)) {
        upserts.add(upsert);
      }
    }
  }

  private List<RowWrite> withoutCovered(List<RowWrite> newestFirst) {
    List<RowWrite> kept = new ArrayList<>(newestFirst.size());
    for (RowWrite upsert : newestFirst) {
      if (kept.stream().anyMatch(k -> isSame(k, upsert)) || isCovered(upsert, kept)) {
        continue;
      }
      int last = kept.size() - 1;
      if (last >= 0 && foldable && kept.get(last).ttl() == upsert.ttl()) {
        kept.set(last, folded(kept.get(last), upsert));
      } else {
        kept.add(upsert);
      }
    }
    return kept;
  }

  /** As when a row is replayed. */
  private static boolean isSame(RowWrite one, RowWrite other) {
    return one.writtenAt() == other.writtenAt()
        && one.ttl() == other.ttl()
        && sameCells(one.cells(), other.cells());
  }

  /** Unset is not the empty value that it looks like. */
  private static boolean sameCells(List<ByteBuffer> one, List<ByteBuffer> other) {
    for (int i = 0; i < one.size(); i++) {
      boolean unset = one.get(i) == RowWrite.UNSET;
      if (unset != (other.get(i) == RowWrite.UNSET)) {
        return false;
      }
    }
    return one.equals(other);
  }

  private static boolean isCovered(RowWrite upsert, List<RowWrite> others) {
    for (int column = 0; column < upsert.cells().size(); column++) {
      if (upsert.sets(column) && !isCovered(upsert, column, others)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isCovered(RowWrite upsert, int column, List<RowWrite> others) {
    for (RowWrite other : others) {
      if (other.writtenAt() > upsert.writtenAt() && other.sets(column)) {
        return true;
      }
    }
    return false;
  }

  private static RowWrite folded(RowWrite newer, RowWrite older) {
    ByteBuffer[] cells = new ByteBuffer[newer.cells().size()];
    for (int column = 0; column < cells.length; column++) {
      cells[column] = (newer.sets(column) ? newer : older).cells().get(column);
    }
    return RowWrite.upsert(newer.key(), Arrays.asList(cells), newer.writtenAt(), newer.ttl());
  }

  private static RowWrite chain(long deletedAt, List<RowWrite> newestFirst) {
    RowWrite older = null;
    for (int i = newestFirst.size() - 1; i > 0; i--) {
      older = newestFirst.get(i).with(RowWrite.NEVER, older);
    }
    return newestFirst.get(0).with(deletedAt, older);
  }
}
