package io.tally.connectors.lost;

import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitState;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;

/** How far a partition was handed on, and of which log. */
final class TrackedSplitState extends KafkaPartitionSplitState {

  private Uuid topic;
  private int epoch;

  TrackedSplitState(KafkaPartitionSplit split) {
    super(split);
    LogIdentity identity = TrackedSplit.identityOf(split);
    this.topic = identity.topic();
    this.epoch = identity.epoch();
  }

  /** Notes a record that was handed on. */
  void note(ConsumerRecord<?, ?> kafkaRecord) {
    if (kafkaRecord instanceof LossRecord lost) {
      topic = lost.loss().topic();
    }
    epoch = kafkaRecord.leaderEpoch().orElse(LogIdentity.NO_EPOCH);
  }

  /**
   * Returns the split for a checkpoint. Before the first record Flink's says "from the beginning"
   * or "from the end", which would be another place after a restart.
   */
  TrackedSplit split(ReadPositions read) {
    long offset = getCurrentOffset();
    KafkaPartitionSplit known =
        new KafkaPartitionSplit(
            getTopicPartition(),
            offset < 0 ? read.position(splitId(), offset) : offset,
            getStoppingOffset().orElse(NO_STOPPING_OFFSET));
    return new TrackedSplit(
        known, new LogIdentity(topic == null ? read.topic(splitId()) : topic, epoch));
  }
}
