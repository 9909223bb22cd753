package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BinaryOperator;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A table that resolves writes as Cassandra does, by timestamp, and a network as bad as asked for.
 *
 * <p>Of two writes to a cell the higher timestamp wins; a delete hides the cells that are not newer
 * than it.
 */
final class FakeCassandra implements RowStore, WriteCeiling {

  /** What happens to one request. */
  enum Fate {
    DONE,
    /** Never arrives. */
    LOST,
    /** Arrives, but its answer does not. */
    UNANSWERED
  }

  private final Map<RowKey, Row> rows = new HashMap<>();
  private FakeTask task;

  /** Milliseconds until a request arrives. */
  LongSupplier delay = () -> 1;

  Supplier<Fate> fate = () -> Fate.DONE;
  Throwable error;
  long ceiling;
  boolean ceilingAway;
  int ceilingRaises;
  private final List<Runnable> heldRaises = new ArrayList<>();
  final List<List<RowWrite>> requests = new ArrayList<>();
  int inFlight;
  int mostInFlight;

  FakeCassandra(FakeTask task) {
    this.task = task;
  }

  /** Answers another task from now on; what is on its way to the first still arrives. */
  void serve(FakeTask next) {
    task = next;
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
          if (decided != Fate.LOST && error == null) {
            effect.run();
          }
          if (decided == Fate.DONE && error == null) {
            answer.complete(null);
          } else {
            answer.completeExceptionally(error == null ? Errors.timeout() : error);
          }
        });
    return answer;
  }

  /** Resolves a write at once, as the server does. */
  void apply(RowWrite write) {
    Row row = rows.computeIfAbsent(write.key(), key -> new Row());
    if (write.deletes()) {
      row.deletedAt = Math.max(row.deletedAt, write.deletedAt());
    }
    for (RowWrite upsert = write; upsert != null && upsert.sets(); upsert = upsert.older()) {
      for (int i = 0; i < upsert.cells().size(); i++) {
        if (upsert.cells().get(i) != RowWrite.UNSET) {
          Cell cell = new Cell(upsert.cells().get(i), upsert.writtenAt(), upsert.ttl());
          row.cells.merge(i, cell, BinaryOperator.maxBy(Cell.WINNER));
        }
      }
    }
  }

  /** The cells of a row that can be seen, by position; nothing for a row that is not there. */
  Map<Integer, ByteBuffer> row(RowKey key) {
    Map<Integer, ByteBuffer> seen = new HashMap<>();
    seen(key).forEach((position, cell) -> seen.put(position, cell.value));
    return seen;
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
