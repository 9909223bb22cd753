package io.tally.connectors.lost;

import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/** A partition as a checkpoint has it, with the log that its offset belongs to. */
public class TrackedSplit extends KafkaPartitionSplit {

  private final LogIdentity identity;

  /**
   * @param split Flink's, or one of these
   */
  public TrackedSplit(KafkaPartitionSplit split, LogIdentity identity) {
    super(
        split.getTopicPartition(),
        split.getStartingOffset(),
        split.getStoppingOffset().orElse(NO_STOPPING_OFFSET));
    this.identity = identity;
  }

  /** Returns the log of a split; of a new one, and of an older tally's, nothing is known. */
  public static LogIdentity identityOf(KafkaPartitionSplit split) {
    return split instanceof TrackedSplit tracked ? tracked.identity : LogIdentity.UNKNOWN;
  }
}
