package io.tally.connectors.kafka;

import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The share of dead letters among the last records of a source task.
 *
 * <p>A wrong schema makes all records dead letters; a job that went on would empty its topic.
 */
final class DeadShare {

  private final SourceGuard guard;
  private final RecentShare dead = new RecentShare();
  private final Map<Fault.Reason, Sample> samples = new EnumMap<>(Fault.Reason.class);

  DeadShare(SourceGuard guard) {
    this.guard = guard;
  }

  /** Counts a record that is a row. */
  void row() {
    dead.add(false);
  }

  /**
   * Counts a dead letter.
   *
   * @throws TooManyDeadLettersException if there are too many
   */
  void deadLetter(ConsumerRecord<?, ?> kafkaRecord, Fault fault)
      throws TooManyDeadLettersException {
    dead.add(true);
    samples.put(fault.reason(), Sample.of(kafkaRecord, fault));
    if (dead.exceeds(guard.maxShare())) {
      throw new TooManyDeadLettersException(text());
    }
  }

  /** A dead letter; put into words only if it is told. */
  private record Sample(String topic, int partition, long offset, Fault fault) {

    static Sample of(ConsumerRecord<?, ?> kafkaRecord, Fault fault) {
      return new Sample(kafkaRecord.topic(), kafkaRecord.partition(), kafkaRecord.offset(), fault);
    }

    String text() {
      return "%s, as topic '%s', partition %d, offset %d: %s"
          .formatted(fault.reason(), topic, partition, offset, fault.text());
    }
  }

  private String text() {
    return "too many dead letters: %d of the last %d records of source table '%s', more than the share of %s that 'dead-letter.max-share' allows: %s"
        .formatted(
            dead.count(),
            dead.seen(),
            guard.table(),
            guard.maxShare(),
            samples.values().stream().map(Sample::text).collect(Collectors.joining("; ")));
  }
}
