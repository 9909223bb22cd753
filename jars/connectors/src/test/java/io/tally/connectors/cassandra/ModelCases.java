package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.FakeCassandra.Fate;
import io.tally.connectors.cassandra.ModelCase.Change;
import io.tally.connectors.cassandra.ModelCase.Checkpoint;
import io.tally.connectors.cassandra.ModelCase.ClockStep;
import io.tally.connectors.cassandra.ModelCase.Fault;
import io.tally.connectors.cassandra.ModelCase.Key;
import io.tally.connectors.cassandra.ModelCase.Kind;
import io.tally.connectors.cassandra.ModelCase.Pause;
import io.tally.connectors.cassandra.ModelCase.Restart;
import io.tally.connectors.cassandra.ModelCase.Step;
import io.tally.connectors.cassandra.ModelCase.Values;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Draws a {@link ModelCase}, the same one for the same seed. */
final class ModelCases {

  private static final int MOST_STEPS = 60;
  private static final int MOST_FAULTS = 80;

  /** For each option what it may be; null stands for its default. */
  private static final Map<String, String[]> OPTIONS =
      Map.of(
          "sink.buffer-flush.max-rows", new String[] {null, "1", "3", "10"},
          "sink.buffer-flush.max-size", new String[] {null, "1 bytes", "300 bytes"},
          "sink.buffer-flush.interval", new String[] {null, "1 ms", "20 ms", "1 h"},
          "sink.batch.max-size", new String[] {null, "1 bytes", "200 bytes"},
          "sink.max-in-flight-requests", new String[] {null, "1", "2"},
          "sink.retry.max-attempts", new String[] {null, "2"},
          "sink.timestamp-reserve", new String[] {null, "1 s"});

  private final Random random;
  private final ModelTable table;
  private final List<Key> keys;
  private final List<Long> timestamps;
  private final List<Change> changes = new ArrayList<>();

  private ModelCases(long seed) {
    // Neighbouring seeds would begin alike.
    this.random = new Random(seed * 0x9E3779B97F4A7C15L);
    this.table = table();
    this.keys = keys();
    this.timestamps = new ArrayList<>(LongStream.rangeClosed(1, MOST_STEPS).boxed().toList());
    if (random.nextBoolean()) {
      Collections.shuffle(timestamps, random);
    }
  }

  static ModelCase of(long seed) {
    return new ModelCases(seed).draw();
  }

  private ModelCase draw() {
    int writers = 1 + random.nextInt(3);
    List<Step> steps =
        IntStream.rangeClosed(0, random.nextInt(MOST_STEPS)).mapToObj(i -> step()).toList();
    return new ModelCase(table, writers, steps, faults());
  }

  private boolean oneIn(int many) {
    return random.nextInt(many) == 0;
  }

  @SafeVarargs
  private <T> T oneOf(T... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private ModelTable table() {
    Map<String, String> options = new TreeMap<>();
    new TreeMap<>(OPTIONS).forEach((option, values) -> set(options, option, oneOf(values)));
    String size = options.get("sink.buffer-flush.max-size");
    if (size != null && options.containsKey("sink.batch.max-size")) {
      options.put("sink.batch.max-size", "1 bytes");
    }
    if (oneIn(4)) {
      options.put(ModelTable.TIMESTAMP_COLUMN, "at");
      options.remove("sink.timestamp-reserve");
    }
    set(options, ModelTable.NULL_HANDLING, oneIn(4) ? "unset" : null);
    set(options, ModelTable.TTL_COLUMN, oneIn(6) ? "ttl" : null);
    return new ModelTable(oneIn(4), oneIn(6), options);
  }

  private static void set(Map<String, String> options, String option, String value) {
    if (value != null) {
      options.put(option, value);
    }
  }

  private List<Key> keys() {
    int rows = 1 + random.nextInt(3);
    return List.of("a", "b", "c").subList(0, 1 + random.nextInt(3)).stream()
        .flatMap(p -> IntStream.range(0, rows).mapToObj(c -> new Key(p, c)))
        .toList();
  }

  private Step step() {
    return switch (random.nextInt(20)) {
      case 0 -> new Checkpoint(!oneIn(3));
      case 1 -> new Restart(1 + random.nextInt(3), oneOf(-60, -60, 0, 60));
      case 2 -> new Pause(oneOf(1L, 50L, 3_000L, 60_000L));
      case 3 -> oneIn(3) ? new ClockStep(oneOf(-60, -1, 0, 1)) : new Pause(10);
      default -> change();
    };
  }

  private Step change() {
    Change change = !changes.isEmpty() && oneIn(10) ? repeated() : fresh();
    changes.add(change);
    return change;
  }

  private Change repeated() {
    return changes.get(random.nextInt(changes.size()));
  }

  private Change fresh() {
    Key key = keys.get(random.nextInt(keys.size()));
    Kind kind = oneOf(Kind.INSERT, Kind.UPSERT, Kind.UPSERT, Kind.UPDATE, Kind.DELETE, Kind.LEAVE);
    if (table.hasTimestamps() && kind == Kind.LEAVE) {
      // Of shuffled changes none tells which update-before is alone.
      kind = Kind.DELETE;
    }
    long at = table.hasTimestamps() ? timestamps.get(changes.size()) : 0;
    if (kind == Kind.DELETE && oneIn(2)) {
      at = timestampOfLast(key, at);
    }
    return new Change(kind, key, values(at));
  }

  /** A delete often carries the row that it takes away. */
  private long timestampOfLast(Key key, long otherwise) {
    return changes.stream()
        .filter(change -> change.key().equals(key))
        .mapToLong(change -> change.values().at())
        .reduce(otherwise, (first, last) -> last);
  }

  private Values values(long at) {
    return new Values(
        oneOf(null, 1L, 2L, 3L),
        at,
        oneOf(null, "s", "t"),
        oneOf(null, "x", "y", ""),
        oneOf(null, 0, 60));
  }

  /** From none at all to a network that does hardly anything right. */
  private List<Fault> faults() {
    int badness = random.nextInt(4);
    long slowness = oneOf(2L, 50L, 5_000L);
    return IntStream.range(0, badness == 0 ? 0 : random.nextInt(MOST_FAULTS))
        .mapToObj(i -> new Fault(fate(badness), 1 + random.nextLong(slowness)))
        .toList();
  }

  private Fate fate(int badness) {
    return random.nextInt(5) >= badness ? Fate.DONE : oneOf(Fate.values());
  }
}
