package io.tally.connectors.clock;

import static io.tally.connectors.clock.Proxies.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClockEnumeratorTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DELAY = 5_000;
  private static final TopicPartition FIRST = new TopicPartition("t", 0);
  private static final TopicPartition SECOND = new TopicPartition("t", 1);

  /** What was told, as {@code reader event}. */
  private final List<String> told = new ArrayList<>();

  private final Wall wall = new Wall();
  private final Broker broker = new Broker();
  private final Set<KafkaPartitionSplit> assigned = new HashSet<>();
  private final Companions alone = new Companions("");
  private final ClockEnumerator enumerator =
      new ClockEnumerator(
          flinks(),
          context(),
          () -> broker,
          wall,
          new Answers(DELAY, false),
          new SourceTimes(DELAY, alone),
          alone);
  private Callable<Ends> ask;
  private BiConsumer<Ends, Throwable> answered;

  /** The clock on the wall, which a test sets. */
  private static final class Wall extends Clock {

    private long millis = NOW;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis);
    }
  }

  /** A broker that a test takes away. */
  private static final class Broker implements PartitionEnds {

    private final Map<TopicPartition, Long> ends = new HashMap<>(Map.of(FIRST, 7L, SECOND, 0L));
    private boolean isAway;

    @Override
    public Map<TopicPartition, Long> of(Set<TopicPartition> partitions) throws Exception {
      if (isAway) {
        throw new TimeoutException("away");
      }
      Map<TopicPartition, Long> found = new HashMap<>(ends);
      found.keySet().retainAll(partitions);
      return found;
    }

    @Override
    public void close() {
      isAway = true;
    }
  }

  @SuppressWarnings("unchecked")
  private SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> flinks() {
    return proxy(
        SplitEnumerator.class,
        (method, arguments) ->
            method.equals("snapshotState")
                ? new KafkaSourceEnumState(assigned, Set.of(), true)
                : null);
  }

  @SuppressWarnings("unchecked")
  private SplitEnumeratorContext<KafkaPartitionSplit> context() {
    return proxy(
        SplitEnumeratorContext.class,
        (method, arguments) -> {
          switch (method) {
            case "callAsync":
              ask = (Callable<Ends>) arguments[0];
              answered = (BiConsumer<Ends, Throwable>) arguments[1];
              return null;
            case "currentParallelism":
              return 2;
            case "registeredReaders":
              return Map.of(0, new ReaderInfo(0, ""), 1, new ReaderInfo(1, ""));
            default:
              told.add(arguments[0] + " " + shown((SourceEvent) arguments[1]));
              return null;
          }
        });
  }

  private static String shown(SourceEvent event) {
    return event instanceof Ends ends
        ? "ends " + (ends.at() - NOW)
        : "time " + (((SourceTime) event).time() - NOW);
  }

  @BeforeEach
  void begin() {
    assigned.add(new KafkaPartitionSplit(FIRST, 0));
    assigned.add(new KafkaPartitionSplit(SECOND, 0));
    enumerator.start();
    askedAt(-1_000);
    told.clear();
  }

  /** The broker is asked, as Flink has it done once a second. */
  private void askedAt(long at) {
    wall.millis = NOW + at;
    Ends ends = null;
    Exception failure = null;
    try {
      ends = ask.call();
    } catch (Exception e) {
      failure = e;
    }
    answered.accept(ends, failure);
  }

  @Test
  void tellsEachReaderWherePartitionsEnd() {
    askedAt(0);
    askedAt(1_000);
    assertThat(told)
        .containsExactlyInAnyOrder("0 ends 0", "1 ends 0", "0 ends 1000", "1 ends 1000");
  }

  @Test
  void tellsNoEndsForAWhileAfterTheBrokerWasAway() {
    askedAt(0);
    told.clear();
    broker.isAway = true;
    askedAt(6_000);
    broker.isAway = false;
    for (long at = 30_000; at < 45_000; at += 1_000) {
      askedAt(at);
    }
    assertThat(told).isEmpty();
    askedAt(45_000);
    assertThat(told).containsExactlyInAnyOrder("0 ends 45000", "1 ends 45000");
  }

  @Test
  void tellsNoEndsForAWhileAfterTheBrokerTookLongToAnswer() {
    askedAt(0);
    told.clear();
    askedAt(4_000);
    askedAt(5_000);
    assertThat(told).isEmpty();
  }

  @Test
  void asksOnceForAllCallsThatAreDueAtOnce() {
    askedAt(0);
    askedAt(400);
    assertThat(told).containsExactlyInAnyOrder("0 ends 0", "1 ends 0");
  }

  private void reached(int reader, long time) {
    enumerator.handleSourceEvent(reader, new Reached(NOW + time, false));
  }

  @Test
  void tellsTheTimeWithTheNextEndsWhereAReaderIsHeldUp() {
    askedAt(0);
    reached(0, -9);
    reached(1, -7);
    askedAt(1_000);
    reached(0, 991);
    told.clear();
    askedAt(2_000);
    assertThat(told)
        .containsExactlyInAnyOrder("0 time -7", "1 time -7", "0 ends 2000", "1 ends 2000");
  }

  @Test
  void readersWithAPartitionMoreAreAskedAnew() {
    askedAt(0);
    reached(0, -9);
    reached(1, -7);
    assigned.add(new KafkaPartitionSplit(new TopicPartition("t", 2), 0));
    broker.ends.put(new TopicPartition("t", 2), 5L);
    askedAt(1_000);
    askedAt(2_000);
    told.clear();
    reached(0, 1_991);
    askedAt(3_000);
    assertThat(told).containsExactlyInAnyOrder("0 ends 3000", "1 ends 3000");
  }

  @Test
  void aReaderThatFailsIsToldNothingUntilThereIsAnother() {
    enumerator.handleSourceEvent(1, new Failing());
    askedAt(0);
    assertThat(told).containsExactly("0 ends 0");
    enumerator.addReader(1);
    told.clear();
    askedAt(1_000);
    assertThat(told).containsExactlyInAnyOrder("0 ends 1000", "1 ends 1000");
  }
}
