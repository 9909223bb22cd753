package io.tally.connectors.lost;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.Consumer;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.WakeupException;

/** Knows which logs a consumer reads, and finds out where one is not what it was. */
final class LogWatch {

  private final Consumer<?, ?> consumer;
  private final TopicIds ids;
  private final Map<TopicPartition, Uuid> topics = new HashMap<>();

  LogWatch(Consumer<?, ?> consumer) {
    this.consumer = consumer;
    this.ids = new TopicIds(consumer);
  }

  /**
   * Begins with splits that the consumer was given, and returns what is lost of them already.
   *
   * <p>That an end is below the offset of a split is not asked: a log that was cut may have grown
   * beyond it again. The leader's epoch tells, which the consumer compares before it fetches.
   */
  List<Loss> begin(List<KafkaPartitionSplit> splits) {
    List<TopicPartition> partitions =
        splits.stream().map(KafkaPartitionSplit::getTopicPartition).toList();
    // Also makes the consumer ask for the ids of their topics.
    Map<TopicPartition, Long> begins = beginnings(partitions);
    List<Loss> losses = new ArrayList<>();
    for (KafkaPartitionSplit split : splits) {
      TopicPartition partition = split.getTopicPartition();
      LogIdentity identity = TrackedSplit.identityOf(split);
      long offset = split.getStartingOffset();
      topics.put(partition, identity.topic());
      Loss loss = behind(partition, Math.max(0, offset), begins.get(partition));
      if (loss != null && (offset >= 0 || loss.cause() == Loss.Cause.RECREATED)) {
        losses.add(loss);
      } else if (offset >= 0 && identity.knownEpoch().isPresent()) {
        consumer.seek(partition, new OffsetAndMetadata(offset, identity.knownEpoch(), ""));
      }
      topics.put(partition, ids.of(partition.topic()));
    }
    return losses;
  }

  /** Returns the loss of what is not there from an offset on; null where there is none. */
  private Loss behind(TopicPartition partition, long offset, long begin) {
    Uuid now = ids.of(partition.topic());
    if (isOther(partition, now)) {
      return new Loss(partition, Loss.Cause.RECREATED, offset, begin, now);
    }
    return offset < begin ? new Loss(partition, Loss.Cause.RETENTION, offset, begin, now) : null;
  }

  private boolean isOther(TopicPartition partition, Uuid now) {
    Uuid before = topics.get(partition);
    return now != null && before != null && !now.equals(before);
  }

  /** Returns the id of a split's topic, if it is known. */
  Optional<Uuid> topic(KafkaPartitionSplit split) {
    return Optional.ofNullable(topics.get(split.getTopicPartition()));
  }

  /** Returns the partitions whose topic is another one than when they were begun. */
  List<Loss> recreated() {
    List<Loss> losses = new ArrayList<>();
    for (TopicPartition partition : consumer.assignment()) {
      Uuid now = ids.of(partition.topic());
      if (isOther(partition, now)) {
        losses.add(recreated(partition, now));
      } else if (now != null) {
        topics.put(partition, now);
      }
    }
    return losses;
  }

  private Loss recreated(TopicPartition partition, Uuid now) {
    long position = retrying(() -> consumer.position(partition));
    return new Loss(partition, Loss.Cause.RECREATED, position, 0, now);
  }

  /** Returns what is lost where offsets are not in their logs, or not what they were. */
  List<Loss> outOfRange(OffsetOutOfRangeException found) {
    Map<TopicPartition, Long> positions = found.offsetOutOfRangePartitions();
    Set<TopicPartition> partitions = positions.keySet();
    Map<TopicPartition, Long> begins = beginnings(partitions);
    Map<TopicPartition, Long> ends = retrying(() -> consumer.endOffsets(partitions));
    Map<TopicPartition, OffsetAndMetadata> cuts =
        found instanceof LogTruncationException cut ? cut.divergentOffsets() : Map.of();
    List<Loss> losses = new ArrayList<>();
    positions.forEach(
        (partition, position) -> {
          Loss loss = behind(partition, position, begins.get(partition));
          OffsetAndMetadata cut = cuts.get(partition);
          long end = cut == null ? ends.get(partition) : cut.offset();
          losses.add(loss == null ? truncated(partition, position, end) : loss);
        });
    return losses;
  }

  private Loss truncated(TopicPartition partition, long position, long end) {
    Uuid now = ids.of(partition.topic());
    return new Loss(partition, Loss.Cause.TRUNCATED, position, Math.min(position, end), now);
  }

  /**
   * Takes the consumer behind a loss, and returns the loss up to there.
   *
   * @param isToEnd whether to the end of the log, and not to what is there
   */
  Loss pass(Loss loss, boolean isToEnd) {
    TopicPartition partition = loss.partition();
    if (loss.topic() != null) {
      topics.put(partition, loss.topic());
    }
    if (isToEnd) {
      consumer.seekToEnd(List.of(partition));
    } else if (loss.cause() == Loss.Cause.TRUNCATED) {
      consumer.seek(partition, loss.next());
    } else {
      consumer.seekToBeginning(List.of(partition));
    }
    return loss.upTo(retrying(() -> consumer.position(partition)));
  }

  private Map<TopicPartition, Long> beginnings(Collection<TopicPartition> partitions) {
    return partitions.isEmpty() ? Map.of() : retrying(() -> consumer.beginningOffsets(partitions));
  }

  /** Flink wakes the consumer up to have something else done, which then waits a little longer. */
  private <T> T retrying(Supplier<T> question) {
    try {
      return question.get();
    } catch (WakeupException e) {
      T answer = question.get();
      consumer.wakeup();
      return answer;
    }
  }
}
