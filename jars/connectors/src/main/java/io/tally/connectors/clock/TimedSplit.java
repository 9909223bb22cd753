package io.tally.connectors.clock;

import io.tally.connectors.lost.TrackedSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;

/** A partition as a checkpoint has it, with its newest event: in silence time goes on from that. */
final class TimedSplit extends TrackedSplit {

  private final Event newest;

  TimedSplit(KafkaPartitionSplit split, Event newest) {
    super(split, identityOf(split));
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
