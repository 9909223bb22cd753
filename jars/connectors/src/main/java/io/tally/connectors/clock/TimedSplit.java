package io.tally.connectors.clock;

import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/** A partition as a checkpoint has it, with its newest event: in silence time goes on from that. */
final class TimedSplit extends KafkaPartitionSplit {

  private final Event newest;

  TimedSplit(KafkaPartitionSplit split, Event newest) {
    super(
        split.getTopicPartition(),
        split.getStartingOffset(),
        split.getStoppingOffset().orElse(NO_STOPPING_OFFSET));
    this.newest = newest;
  }

  Event newest() {
    return newest;
  }

  /** Returns the newest event of a split; null where there is none. */
  static Event newestOf(KafkaPartitionSplit split) {
    return split instanceof TimedSplit timed ? timed.newest : null;
  }
}
