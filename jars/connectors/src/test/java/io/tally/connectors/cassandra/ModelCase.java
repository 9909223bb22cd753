package io.tally.connectors.cassandra;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A life of a job that writes a changelog, and of the network between it and Cassandra.
 *
 * @param faults what becomes of the first requests, in the order in which they are sent; all others
 *     are done at once
 */
record ModelCase(ModelTable table, int parallelism, List<Step> steps, List<Fault> faults) {

  /**
   * What becomes of one request.
   *
   * @param delay milliseconds until it arrives
   */
  record Fault(FakeCassandra.Fate fate, long delay) {

    static final Fault NONE = new Fault(FakeCassandra.Fate.DONE, 1);

    @Override
    public String toString() {
      return fate + " after " + delay + " ms";
    }
  }

  /** Something that happens to the job. */
  interface Step {
    void happensTo(ModelRun run) throws Exception;

    /** Steps that are easier to understand and much the same. */
    default Stream<? extends Step> simpler() {
      return Stream.empty();
    }
  }

  /** What a change is sent as. */
  enum Kind {
    INSERT("+I"),
    UPSERT("+U"),
    UPDATE("-U+U"),
    DELETE("-D"),
    /** An update-before alone, as from a filter behind an aggregation: the row is gone. */
    LEAVE("-U");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    boolean takesAway() {
      return this == DELETE || this == LEAVE;
    }
  }

  /** The primary key (p, c). */
  record Key(String p, int c) {

    @Override
    public String toString() {
      return p + "/" + c;
    }
  }

  /**
   * The columns that are not of the key; a table may have fewer.
   *
   * @param at the column of the write timestamp, 0 without one
   * @param s the static column
   * @param ttl the column of the time to live
   */
  record Values(Long v, long at, String s, String w, Integer ttl) {

    private Stream<Values> simpler() {
      return Stream.of(
              new Values(null, at, s, w, ttl),
              new Values(v, at, null, w, ttl),
              new Values(v, at, s, null, ttl),
              new Values(v, at, s, w, null))
          .filter(other -> !other.equals(this));
    }

    @Override
    public String toString() {
      return Stream.of(
              at == 0 ? "" : " at=" + at,
              v == null ? "" : " v=" + v,
              s == null ? "" : " s='" + s + "'",
              w == null ? "" : " w='" + w + "'",
              ttl == null ? "" : " ttl=" + ttl)
          .collect(Collectors.joining());
    }
  }

  /** A change of a row. */
  record Change(Kind kind, Key key, Values values) implements Step {

    @Override
    public void happensTo(ModelRun run) {
      run.change(this);
    }

    @Override
    public Stream<Change> simpler() {
      Stream<Change> once = kind == Kind.UPDATE ? Stream.of(as(Kind.UPSERT)) : Stream.empty();
      return Stream.concat(once, values.simpler().map(other -> new Change(kind, key, other)));
    }

    Change as(Kind other) {
      return new Change(other, key, values);
    }

    @Override
    public String toString() {
      return kind.text + " " + key + values;
    }
  }

  /**
   * @param completes whether the job lives to see that all writers have flushed
   */
  record Checkpoint(boolean completes) implements Step {

    @Override
    public void happensTo(ModelRun run) throws Exception {
      run.checkpoint(completes);
    }

    @Override
    public String toString() {
      return completes ? "checkpoint" : "checkpoint that does not complete";
    }
  }

  /**
   * A start from the last checkpoint.
   *
   * @param clockMinutes how far the new machine's clock is ahead
   */
  record Restart(int parallelism, int clockMinutes) implements Step {

    @Override
    public void happensTo(ModelRun run) {
      run.restart(parallelism, clockMinutes);
    }

    @Override
    public Stream<Restart> simpler() {
      return Stream.of(new Restart(1, clockMinutes), new Restart(parallelism, 0))
          .filter(other -> !other.equals(this));
    }

    @Override
    public String toString() {
      return "restart, %d writers, clock %+d min".formatted(parallelism, clockMinutes);
    }
  }

  /** A time without changes. */
  record Pause(long millis) implements Step {

    @Override
    public void happensTo(ModelRun run) {
      run.pause(millis);
    }

    @Override
    public String toString() {
      return "pause of " + millis + " ms";
    }
  }

  /** A step of the machine's clock. */
  record ClockStep(int minutes) implements Step {

    @Override
    public void happensTo(ModelRun run) {
      run.setClock(minutes);
    }

    @Override
    public String toString() {
      return "clock steps to %+d min".formatted(minutes);
    }
  }

  ModelCase withTable(ModelTable other) {
    return new ModelCase(other, parallelism, steps, faults);
  }

  ModelCase withParallelism(int other) {
    return new ModelCase(table, other, steps, faults);
  }

  ModelCase withSteps(List<Step> others) {
    return new ModelCase(table, parallelism, others, faults);
  }

  ModelCase withFaults(List<Fault> others) {
    return new ModelCase(table, parallelism, steps, others);
  }

  @Override
  public String toString() {
    Stream<String> head = Stream.of(table + ", " + parallelism + " writers");
    Stream<String> life = steps.stream().map(step -> "  " + step);
    Stream<String> network =
        IntStream.range(0, faults.size())
            .filter(i -> !faults.get(i).equals(Fault.NONE))
            .mapToObj(i -> "  request " + (i + 1) + ": " + faults.get(i));
    return Stream.of(head, life, network).flatMap(lines -> lines).collect(Collectors.joining("\n"));
  }
}
