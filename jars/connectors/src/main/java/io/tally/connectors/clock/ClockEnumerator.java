package io.tally.connectors.clock;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.Admin;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.OffsetSpec;
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
  private static final long ANSWERS_WITHIN_SECONDS = 5;
  private static final long NO_CHECKPOINT = -1;

  private final Properties properties;
  private final Companions companions;
  private final SourceTimes times;
  private volatile Set<TopicPartition> partitions = Set.of();
  private long asked;
  private Admin admin;
  private boolean isAnswered = true;

  ClockEnumerator(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      Properties properties,
      long delay,
      Companions companions) {
    super(enumerator, context);
    this.properties = properties;
    this.companions = companions;
    this.times = new SourceTimes(delay, companions);
  }

  @Override
  public void start() {
    super.start();
    admin = Admin.create(properties);
    context.callAsync(this::ask, this::told, 0, INTERVAL.toMillis());
  }

  /**
   * Asks the broker; in another thread. The end is that of all that was written, open transactions
   * included: what is in them is still to be read, and a reader does not get beyond before they
   * end.
   */
  private Ends ask() throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    long at = System.currentTimeMillis();
    // Behind a broker that was away for long, calls are due that nobody needs any more.
    if (latest.isEmpty() || at - asked < INTERVAL.toMillis() / 2) {
      return null;
    }
    asked = at;
    Map<TopicPartition, ListOffsetsResultInfo> found =
        admin.listOffsets(latest).all().get(ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS);
    HashMap<String, Long> offsets = new HashMap<>();
    found.forEach(
        (partition, end) -> offsets.put(KafkaPartitionSplit.toSplitId(partition), end.offset()));
    return new Ends(at, offsets);
  }

  private void told(Ends ends, Throwable failure) {
    if (failure != null && isAnswered) {
      LOG.warn("event time stands still: the broker does not say where partitions end", failure);
    }
    isAnswered = failure == null;
    partitions = assigned();
    if (ends != null && ends.offsets().size() == partitions.size()) {
      times.begin();
      tell(ends);
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
    context
        .registeredReaders()
        .keySet()
        .forEach(reader -> context.sendEventToSourceReader(reader, event));
  }

  @Override
  public void handleSourceEvent(int reader, SourceEvent event) {
    if (event instanceof Reached far) {
      times
          .take(reader, far, context.currentParallelism(), System.currentTimeMillis())
          .ifPresent(time -> tell(new SourceTime(time)));
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
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
  }
}
