package io.tally.connectors.lost;

import java.util.Locale;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;

/**
 * Records of a partition that vanished before they were read.
 *
 * @param partition which one
 * @param cause why they are gone
 * @param position offset of the first that was to be read
 * @param next offset of the first that is there to be read now
 * @param topic id of the topic now; null where it is not known
 */
record Loss(TopicPartition partition, Cause cause, long position, long next, Uuid topic) {

  /** Why records are gone; the names are part of an account. */
  enum Cause {
    /** Removed from the beginning of the log: by retention, or because somebody deleted them. */
    RETENTION,
    /** The topic was deleted and made anew. */
    RECREATED,
    /** The log was cut: a leader was elected that did not have all records. */
    TRUNCATED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Returns how many offsets are lost, at least as many as records; 0 where that is not known: of a
   * log that is gone nobody can tell how far it went.
   */
  long offsets() {
    return cause == Cause.RETENTION ? next - position : 0;
  }

  /** The same, going on from another offset. */
  Loss upTo(long offset) {
    return new Loss(partition, cause, position, offset, topic);
  }

  String text() {
    String place = "topic '%s', partition %d".formatted(partition.topic(), partition.partition());
    return switch (cause) {
      case RETENTION ->
          "%s: offsets %d to %d are gone, up to %d records: its log begins at offset %d now"
              .formatted(place, position, next - 1, offsets(), next);
      case RECREATED ->
          "%s: the topic was deleted and made anew; it had been read up to offset %d, and how many records came behind that is not known"
              .formatted(place, position);
      case TRUNCATED ->
          "%s: its log was cut at offset %d, and had been read up to offset %d; how many records came behind that is not known"
              .formatted(place, next, position);
    };
  }
}
