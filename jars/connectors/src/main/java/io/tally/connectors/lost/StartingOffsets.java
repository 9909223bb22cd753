package io.tally.connectors.lost;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.Consumer;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;

/**
 * Where a split begins whose consumer group has committed nothing: as the source says, since the
 * consumer resets no offset by itself.
 */
final class StartingOffsets {

  private final Consumer<?, ?> consumer;
  private final String reset;

  /**
   * @param reset earliest, latest or none
   */
  StartingOffsets(Consumer<?, ?> consumer, String reset) {
    this.consumer = consumer;
    this.reset = reset.toLowerCase(Locale.ROOT);
  }

  List<KafkaPartitionSplit> of(List<KafkaPartitionSplit> splits) {
    return splits.stream().map(this::of).toList();
  }

  private KafkaPartitionSplit of(KafkaPartitionSplit split) {
    boolean isOfGroup = split.getStartingOffset() == KafkaPartitionSplit.COMMITTED_OFFSET;
    if (!isOfGroup || reset.equals("none") || isCommitted(split)) {
      return split;
    }
    return new KafkaPartitionSplit(
        split.getTopicPartition(),
        reset.equals("latest") ? end(split) : KafkaPartitionSplit.EARLIEST_OFFSET,
        split.getStoppingOffset().orElse(KafkaPartitionSplit.NO_STOPPING_OFFSET));
  }

  private long end(KafkaPartitionSplit split) {
    TopicPartition partition = split.getTopicPartition();
    return consumer.endOffsets(Set.of(partition)).get(partition);
  }

  private boolean isCommitted(KafkaPartitionSplit split) {
    return consumer.committed(Set.of(split.getTopicPartition())).get(split.getTopicPartition())
        != null;
  }
}
