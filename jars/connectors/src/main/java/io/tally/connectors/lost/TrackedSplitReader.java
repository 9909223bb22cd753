package io.tally.connectors.lost;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;
import org.apache.flink.connector.kafka.source.metrics.KafkaSourceReaderMetrics;
import org.apache.flink.connector.kafka.source.reader.KafkaPartitionSplitReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.Consumer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flink's reader of partitions, which hands on the consumer's positions with each batch: behind the
 * last record there may be some of the broker's own, ends of transactions, that are no records.
 *
 * <p>Its consumer resets no offset by itself, so an offset that is not there any more is an error,
 * and comes here.
 */
@SuppressWarnings("try") // Flink's interface has it so
final class TrackedSplitReader extends KafkaPartitionSplitReader {

  private static final Logger LOG = LoggerFactory.getLogger(TrackedSplitReader.class);

  private final Consumer<?, ?> consumer;
  private final LogWatch logs;
  private final StartingOffsets starting;
  private final LossPolicy policy;
  private final ReadPositions read;
  private final Queue<LossRecord> losses = new ArrayDeque<>();

  /**
   * @param properties of the source
   */
  TrackedSplitReader(
      Properties properties,
      SourceReaderContext context,
      KafkaSourceReaderMetrics metrics,
      LossPolicy policy,
      ReadPositions read) {
    super(resettingNothing(properties), context, metrics);
    this.consumer = TopicIds.consumerOf(this);
    this.logs = new LogWatch(consumer);
    this.starting =
        new StartingOffsets(
            consumer, properties.getProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none"));
    this.policy = policy;
    this.read = read;
  }

  private static Properties resettingNothing(Properties properties) {
    Properties changed = new Properties();
    changed.putAll(properties);
    changed.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return changed;
  }

  @Override
  public RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> fetch() throws IOException {
    RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records;
    try {
      records = super.fetch();
    } catch (LogTruncationException e) {
      // Flink's reader may have had records of other partitions in hand, which are gone with it: a
      // job that reads on begins again at its checkpoint, and meets the cut when it is given
      // splits.
      throw policy.then() == LossPolicy.Then.STOP ? lost(logs.outOfRange(e)) : e;
    } catch (OffsetOutOfRangeException e) {
      suffer(logs.outOfRange(e));
      records = new RecordsBySplits<>(Map.of(), Set.of());
    }
    List<Loss> recreated = logs.recreated();
    suffer(recreated);
    Set<String> stale =
        recreated.stream()
            .map(loss -> KafkaPartitionSplit.toSplitId(loss.partition()))
            .collect(Collectors.toSet());
    Queue<LossRecord> first = new ArrayDeque<>(losses);
    losses.clear();
    return new TrackedBatch(records, positions(consumer.assignment()), first, stale, read);
  }

  /**
   * Of a split that has just come nothing is under way. If it is empty, nothing will be for long.
   */
  @Override
  public void handleSplitsChanges(SplitsChange<KafkaPartitionSplit> change) {
    super.handleSplitsChanges(new SplitsAddition<>(starting.of(change.splits())));
    List<KafkaPartitionSplit> added =
        change.splits().stream()
            .filter(split -> consumer.assignment().contains(split.getTopicPartition()))
            .toList();
    suffer(logs.begin(added));
    added.forEach(split -> logs.topic(split).ifPresent(id -> read.begun(split.splitId(), id)));
    read.reached(validated(added.stream().map(KafkaPartitionSplit::getTopicPartition).toList()));
  }

  /** Stops at losses, or goes on behind them. */
  private void suffer(List<Loss> found) {
    if (found.isEmpty()) {
      return;
    }
    if (policy.then() == LossPolicy.Then.STOP) {
      throw lost(found);
    }
    for (Loss loss : found) {
      Loss counted = logs.pass(loss, policy.then() == LossPolicy.Then.LATEST);
      LOG.warn("records lost: source table '{}': {}", policy.table(), counted.text());
      losses.add(new LossRecord(counted));
    }
  }

  private LostRecordsException lost(List<Loss> found) {
    return new LostRecordsException(policy.table(), found);
  }

  /** Where the consumer is in partitions that have just come, once it knows that none was cut. */
  private Map<String, Long> validated(Collection<TopicPartition> partitions) {
    try {
      return positions(partitions);
    } catch (LogTruncationException e) {
      suffer(logs.outOfRange(e));
      return validated(partitions);
    }
  }

  private Map<String, Long> positions(Collection<TopicPartition> partitions) {
    Map<String, Long> positions = new HashMap<>();
    try {
      for (TopicPartition partition : partitions) {
        positions.put(KafkaPartitionSplit.toSplitId(partition), consumer.position(partition));
      }
    } catch (WakeupException e) {
      // A position that is not known yet would have been waited for; the next batch has it.
      consumer.wakeup();
    }
    return positions;
  }
}
