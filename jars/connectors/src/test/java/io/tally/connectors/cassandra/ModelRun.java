package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.ModelCase.Change;
import io.tally.connectors.cassandra.ModelCase.Fault;
import io.tally.connectors.cassandra.ModelCase.Key;
import io.tally.connectors.cassandra.ModelCase.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.table.data.RowData;

/**
 * Lets a {@link ModelCase} happen to real writers, and compares Cassandra's table with what it must
 * hold, at each checkpoint and when all that was on its way has arrived.
 *
 * <p>A job whose write finally fails starts again from its last checkpoint by itself. A replay
 * keeps the order of the changes of a key only; with timestamps of a column it keeps none.
 */
final class ModelRun {

  private static final long START_MICROS = 1_700_000_000_000_000L;
  private static final long MINUTE_MICROS = 60_000_000L;
  private static final int MAX_PARALLELISM = 128;
  private static final int MANY_ATTEMPTS = 1_000;
  private static final Map<Key, String> OTHERS =
      Map.of(new Key("a", 0), "other", new Key("b", 1), "");

  private final ModelCase what;
  private final FakeSink sink;
  private final PrimaryKeyHash hash;
  private final UnaryOperator<RowStore> server;
  private final FakeTime time = new FakeTime();
  private final FakeCassandra cassandra = new FakeCassandra(FakeTask.in(time));
  private final Random random = new Random(1);
  private final List<Change> done = new ArrayList<>();
  private final List<Change> sinceCheckpoint = new ArrayList<>();
  private final Set<Key> left = new HashSet<>();

  private final Iterator<Fault> faults;
  private Fault fault;
  private int parallelism;
  private int clockMinutes;
  private int attempts;
  private FakeTask task;
  private List<CassandraSinkWriter> writers = List.of();

  private ModelRun(ModelCase what, UnaryOperator<RowStore> server) {
    this.what = what;
    this.sink = what.table().sink();
    this.hash = new PrimaryKeyHash(sink.table());
    this.server = server;
    this.faults = what.faults().iterator();
    cassandra.statics = what.table().staticPositions();
    cassandra.fate = () -> nextFault().fate();
    cassandra.delay = () -> fault.delay();
  }

  private Fault nextFault() {
    fault = faults.hasNext() ? faults.next() : Fault.NONE;
    return fault;
  }

  /** Runs a case; gives what went wrong, if anything did. */
  static Optional<String> failure(ModelCase what) {
    return failure(what, rows -> rows);
  }

  /**
   * @param server what stands in for Cassandra, given how the fake one takes rows
   */
  static Optional<String> failure(ModelCase what, UnaryOperator<RowStore> server) {
    try {
      new ModelRun(what, server).run();
      return Optional.empty();
    } catch (AssertionError | Exception e) {
      return Optional.of(String.valueOf(e instanceof AssertionError ? e.getMessage() : e));
    }
  }

  private void run() throws Exception {
    if (what.table().partial()) {
      OTHERS.forEach((key, w) -> cassandra.apply(what.table().written(key, w)));
    }
    restart(what.parallelism(), 0);
    for (ModelCase.Step step : what.steps()) {
      step.happensTo(this);
    }
    checkpoint(true);
    pause(3_600_000);
    compare("when all has arrived");
  }

  /** A row that left by an update-before alone comes back by an insert. */
  void change(Change wanted) {
    Change change =
        left.remove(wanted.key()) && !wanted.kind().takesAway() ? wanted.as(Kind.INSERT) : wanted;
    if (change.kind() == Kind.LEAVE) {
      left.add(change.key());
    }
    done.add(change);
    sinceCheckpoint.add(change);
    orStartAgain(() -> write(change));
  }

  void checkpoint(boolean completes) throws Exception {
    while (!orStartAgain(this::flush)) {}
    if (completes) {
      sinceCheckpoint.clear();
      compare("at the checkpoint after " + done.size() + " changes");
    }
  }

  private void flush() throws Exception {
    for (CassandraSinkWriter writer : writers) {
      writer.flush(false);
    }
  }

  void pause(long millis) {
    orStartAgain(() -> task.pass(millis));
  }

  void setClock(int minutes) {
    clockMinutes = minutes;
  }

  void restart(int newParallelism, int newClockMinutes) {
    // Writers have no order among them, and rows of one partition share a static column.
    boolean ordered = what.table().statics() && !what.table().hasTimestamps();
    parallelism = ordered ? 1 : newParallelism;
    clockMinutes = newClockMinutes;
    start();
    orStartAgain(this::replay);
  }

  private void start() {
    if (++attempts > MANY_ATTEMPTS) {
      throw new AssertionError("the job starts again and again");
    }
    writers.forEach(CassandraSinkWriter::close);
    if (task != null) {
      task.end();
    }
    task = FakeTask.in(time);
    cassandra.ceilingOverNetwork = false;
    writers = IntStream.range(0, parallelism).mapToObj(i -> writer()).toList();
    cassandra.ceilingOverNetwork = true;
  }

  private CassandraSinkWriter writer() {
    return sink.writer(
        task,
        server.apply(cassandra),
        cassandra,
        () -> START_MICROS + time.now() * 1_000 + clockMinutes * MINUTE_MICROS);
  }

  /** Whether it went well; if the job failed, it has started again and replayed. */
  private boolean orStartAgain(FakeTime.Action action) {
    FakeTime.Action next = action;
    boolean well = true;
    while (!succeeds(next)) {
      well = false;
      next = this::replay;
      start();
    }
    return well;
  }

  private static boolean succeeds(FakeTime.Action action) {
    try {
      action.run();
      return true;
    } catch (Exception e) {
      if (e.getCause() instanceof CassandraSinkException) {
        return false;
      }
      throw new IllegalStateException(e);
    }
  }

  private void replay() throws Exception {
    for (Change change : replayed()) {
      write(change);
    }
  }

  private List<Change> replayed() {
    List<Change> changes = new ArrayList<>(sinceCheckpoint);
    if (what.table().hasTimestamps()) {
      Collections.shuffle(changes, random);
      return changes;
    }
    return what.table().statics() ? changes : shuffledByKey(changes);
  }

  private List<Change> shuffledByKey(List<Change> changes) {
    Map<Key, Queue<Change>> ofKey = new HashMap<>();
    changes.forEach(c -> ofKey.computeIfAbsent(c.key(), key -> new ArrayDeque<>()).add(c));
    List<Key> turns = new ArrayList<>(changes.stream().map(Change::key).toList());
    Collections.shuffle(turns, random);
    return turns.stream().map(key -> ofKey.get(key).remove()).toList();
  }

  private void write(Change change) throws Exception {
    task.pass(1);
    for (RowData row : what.table().rows(change)) {
      int writer =
          KeyGroupRangeAssignment.assignKeyToParallelOperator(
              hash.getKey(row), MAX_PARALLELISM, writers.size());
      writers.get(writer).write(row, null);
    }
  }

  private void compare(String when) {
    Map<Key, String> others = what.table().partial() ? OTHERS : Map.of();
    Map<String, Map<String, String>> expected = ModelContent.of(what.table(), others, done);
    Map<String, Map<String, String>> actual = what.table().read(cassandra);
    if (!actual.equals(expected)) {
      throw new AssertionError("%s\nexpected %s\nactual   %s".formatted(when, expected, actual));
    }
  }
}
