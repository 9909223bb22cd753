package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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

  private void apply(RowWrite write) {
    Row row = rows.computeIfAbsent(write.key(), key -> new Row());
    if (write.deletes()) {
      row.deletedAt = Math.max(row.deletedAt, write.deletedAt());
    }
    for (int i = 0; write.sets() && i < write.cells().size(); i++) {
      row.cells.merge(
          i,
          new Cell(write.cells().get(i), write.writtenAt()),
          (old, next) -> next.writtenAt >= old.writtenAt ? next : old);
    }
  }

  /** The cells of a row that can be seen, by position; nothing for a row that is not there. */
  Map<Integer, ByteBuffer> row(RowKey key) {
    Row row = rows.getOrDefault(key, new Row());
    Map<Integer, ByteBuffer> seen = new HashMap<>();
    row.cells.forEach(
        (position, cell) -> {
          if (cell.writtenAt > row.deletedAt && cell.value != null) {
            seen.put(position, cell.value);
          }
        });
    return seen;
  }

  private static final class Row {
    private final Map<Integer, Cell> cells = new HashMap<>();
    private long deletedAt = Long.MIN_VALUE;
  }

  private record Cell(ByteBuffer value, long writtenAt) {}
}
