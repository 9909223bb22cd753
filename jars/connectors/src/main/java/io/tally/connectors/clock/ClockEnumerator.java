package io.tally.connectors.clock;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink's coordinator of a Kafka source, which also asks where partitions end, once a second: one
 * call to each broker that leads some of them, and two messages to each reader.
 */
final class ClockEnumerator extends WrappedEnumerator {

  private static final Logger LOG = LoggerFactory.getLogger(ClockEnumerator.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration WARNINGS_APART = Duration.ofMinutes(1);
  private static final long NO_CHECKPOINT = -1;

  private final Supplier<PartitionEnds> broker;
  private final Clock clock;
  private final Answers answers;
  private final Companions companions;
  private final SourceTimes times;
  private final Set<Integer> failing = new HashSet<>();
  private volatile Set<TopicPartition> partitions = Set.of();
  private long asked;
  private PartitionEnds ends;
  private long warned;

  /**
   * @param broker makes a connection to it
   * @param answers which of its are believed
   * @param times of the source
   * @param companions of the source, which leaves them in the end
   */
  ClockEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      Supplier<PartitionEnds> broker,
      Clock clock,
      Answers answers,
      SourceTimes times,
      Companions companions) {
    super(enumerator, context);
    this.broker = broker;
    this.clock = clock;
    this.answers = answers;
    this.times = times;
    this.companions = companions;
  }

  @Override
  public void start() {
    super.start();
    ends = broker.get();
    context.callAsync(this::ask, this::told, 0, INTERVAL.toMillis());
  }

  /** Asks the broker; in another thread. */
  private Ends ask() throws Exception {
    long at = clock.millis();
    // Behind a broker that was away for long, calls are due that nobody needs any more.
    if (partitions.isEmpty() || at - asked < INTERVAL.toMillis() / 2) {
      return null;
    }
    asked = at;
    HashMap<String, Long> offsets = new HashMap<>();
    ends.of(partitions)
        .forEach((partition, end) -> offsets.put(KafkaPartitionSplit.toSplitId(partition), end));
    return new Ends(at, offsets);
  }

  private void told(Ends told, Throwable failure) {
    note(failure);
    Set<TopicPartition> before = partitions;
    partitions = assigned();
    if (!partitions.equals(before)) {
      times.forget();
    }
    if (told != null && answers.take(told.at()) && told.offsets().size() == partitions.size()) {
      times
          .begin(context.currentParallelism(), clock.millis())
          .ifPresent(time -> tell(new SourceTime(time)));
      tell(told);
    }
  }

  private void note(Throwable failure) {
    if (failure == null) {
      return;
    }
    answers.missed();
    if (clock.millis() - warned >= WARNINGS_APART.toMillis()) {
      warned = clock.millis();
      LOG.warn(
          "event time stands still: the broker does not say where {} end", partitions, failure);
    }
  }

  /** All partitions; none while some are still to be found or to be given to a reader. */
  private Set<TopicPartition> assigned() {
    KafkaSourceEnumState state = snapshotState(NO_CHECKPOINT);
    if (!state.initialDiscoveryFinished() || !state.unassignedSplits().isEmpty()) {
      return Set.of();
    }
    return state.assignedSplits().stream()
        .map(KafkaPartitionSplit::getTopicPartition)
        .collect(Collectors.toSet());
  }

  private void tell(SourceEvent event) {
    Set<Integer> readers = new HashSet<>(context.registeredReaders().keySet());
    readers.removeAll(failing);
    readers.forEach(reader -> context.sendEventToSourceReader(reader, event));
  }

  @Override
  public void handleSourceEvent(int reader, SourceEvent event) {
    if (event instanceof Reached far) {
      times
          .take(reader, far, context.currentParallelism(), clock.millis())
          .ifPresent(time -> tell(new SourceTime(time)));
    } else if (event instanceof Failing) {
      failing.add(reader);
    } else {
      super.handleSourceEvent(reader, event);
    }
  }

  @Override
  public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
    times.forget();
    super.addSplitsBack(splits, subtask);
  }

  @Override
  public void addReader(int subtask) {
    times.forget();
    failing.remove(subtask);
    super.addReader(subtask);
  }

  @Override
  public KafkaSourceEnumState snapshotState(long checkpoint) {
    try {
      return super.snapshotState(checkpoint);
    } catch (Exception e) {
      throw new IllegalStateException("the state of a Kafka source", e);
    }
  }

  @Override
  public void close() throws IOException {
    companions.close();
    super.close();
    if (ends != null) {
      ends.close();
    }
  }
}
