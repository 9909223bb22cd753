package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BinaryOperator;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A table that resolves writes as Cassandra does, by timestamp, and a network as bad as asked for.
 *
 * <p>Of two writes to a cell the higher timestamp wins; a delete hides the cells that are not newer
 * than it, but for those of static columns.
 */
final class FakeCassandra implements RowStore, WriteCeiling {

  /** What happens to one request. */
  enum Fate {
    DONE,
    /** Never arrives. */
    LOST,
    /** Arrives, but its answer does not. */
    UNANSWERED,
    /** Arrives long after it timed out. */
    LATE,
    /** The server has too much to do, and refuses it. */
    OVERLOADED
  }

  private static final long LATENESS = 20_000;

  private final Map<RowKey, Row> rows = new HashMap<>();
  private final FakeTask task;

  /** Milliseconds until a request arrives. */
  LongSupplier delay = () -> 1;

  Supplier<Fate> fate = () -> Fate.DONE;
  Throwable error;
  long ceiling;
  boolean ceilingAway;

  /** Whether raises of the ceiling take the same network as rows. */
  boolean ceilingOverNetwork;

  /** Positions of the static columns in an INSERT. */
  Set<Integer> statics = Set.of();

  int ceilingRaises;
  private final List<Runnable> heldRaises = new ArrayList<>();
  final List<List<RowWrite>> requests = new ArrayList<>();
  int inFlight;
  int mostInFlight;

  FakeCassandra(FakeTask task) {
    this.task = task;
  }

  @Override
  public CompletionStage<Void> send(List<RowWrite> writes) {
    requests.add(writes);
    return request(() -> writes.forEach(this::apply));
  }

  @Override
  public long read() {
    return ceiling;
  }

  @Override
  public CompletionStage<Void> raise(long wanted) {
    ceilingRaises++;
    if (ceilingOverNetwork) {
      return request(() -> ceiling = Math.max(ceiling, wanted));
    }
    CompletableFuture<Void> answer = new CompletableFuture<>();
    Runnable effect =
        () -> {
          ceiling = Math.max(ceiling, wanted);
          answer.complete(null);
        };
    if (ceilingAway) {
      heldRaises.add(effect);
    } else {
      effect.run();
    }
    return answer;
  }

  /** Lets the raises through that came while {@link #ceilingAway}. */
  void ceilingIsBack() {
    ceilingAway = false;
    heldRaises.forEach(Runnable::run);
  }

  private CompletionStage<Void> request(Runnable effect) {
    CompletableFuture<Void> answer = new CompletableFuture<>();
    Fate decided = fate.get();
    mostInFlight = Math.max(mostInFlight, ++inFlight);
    task.after(
        delay.getAsLong(),
        () -> {
          inFlight--;
          if (error != null) {
            answer.completeExceptionally(error);
          } else {
            meet(decided, effect, answer);
          }
        });
    return answer;
  }

  private void meet(Fate decided, Runnable effect, CompletableFuture<Void> answer) {
    switch (decided) {
      case DONE, UNANSWERED -> effect.run();
      case LATE -> task.after(LATENESS, effect);
      case LOST, OVERLOADED -> {}
    }
    switch (decided) {
      case DONE -> answer.complete(null);
      case OVERLOADED -> answer.completeExceptionally(Errors.overloaded());
      case LOST, UNANSWERED, LATE -> answer.completeExceptionally(Errors.timeout());
    }
  }

  /** Resolves a write at once, as the server does. */
  void apply(RowWrite write) {
    Row row = rows.computeIfAbsent(write.key(), key -> new Row());
    Row shared =
        statics.isEmpty() ? row : rows.computeIfAbsent(sharedKey(write.key()), key -> new Row());
    if (write.deletes()) {
      row.deletedAt = Math.max(row.deletedAt, write.deletedAt());
    }
    for (RowWrite upsert = write; upsert != null && upsert.sets(); upsert = upsert.older()) {
      for (int i = 0; i < upsert.cells().size(); i++) {
        if (upsert.cells().get(i) != RowWrite.UNSET) {
          Cell cell = new Cell(upsert.cells().get(i), upsert.writtenAt(), upsert.ttl());
          (statics.contains(i) ? shared : row)
              .cells.merge(i, cell, BinaryOperator.maxBy(Cell.WINNER));
        }
      }
    }
  }

  /** Under which the static columns of a row's partition are kept. */
  static RowKey sharedKey(RowKey key) {
    return new RowKey(key.partition(), List.of());
  }

  /** The cells of a row that can be seen, by position; nothing for a row that is not there. */
  Map<Integer, ByteBuffer> row(RowKey key) {
    Map<Integer, ByteBuffer> seen = new HashMap<>();
    seen(key).forEach((position, cell) -> seen.put(position, cell.value));
    return seen;
  }

  /** Keys of all rows that were ever written. */
  Set<RowKey> keys() {
    return rows.keySet();
  }

  /** The times to live of the cells that can be seen, by position. */
  Map<Integer, Integer> ttls(RowKey key) {
    Map<Integer, Integer> seen = new HashMap<>();
    seen(key).forEach((position, cell) -> seen.put(position, cell.ttl));
    return seen;
  }

  private Map<Integer, Cell> seen(RowKey key) {
    Row row = rows.getOrDefault(key, new Row());
    Map<Integer, Cell> seen = new HashMap<>(row.cells);
    seen.values().removeIf(cell -> cell.writtenAt <= row.deletedAt || cell.value == null);
    return seen;
  }

  private static final class Row {
    private final Map<Integer, Cell> cells = new HashMap<>();
    private long deletedAt = Long.MIN_VALUE;
  }

  private record Cell(ByteBuffer value, long writtenAt, int ttl) {

    /** Of equal timestamps: null, then what expires, the later the better, then greater bytes. */
    private static final Comparator<Cell> WINNER =
        Comparator.comparingLong(Cell::writtenAt)
            .thenComparing(cell -> cell.value == null)
            .thenComparingInt(Cell::ttl)
            .thenComparing(
                cell -> cell.value == null ? new byte[0] : cell.value.array(),
                Arrays::compareUnsigned);
  }
}
