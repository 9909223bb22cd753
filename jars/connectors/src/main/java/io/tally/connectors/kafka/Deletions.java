package io.tally.connectors.kafka;

import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;

/** What becomes of a deletion: a record with a key whose message is null. */
enum Deletions {
  /** A dead letter, like any other record without a message. */
  DEAD("dead"),
  /** Neither row nor dead letter; it is accounted for all the same. */
  SKIP("skip");

  private static final Fault SKIPPED =
      new Fault(Fault.Reason.SKIPPED, "the message is null: a deletion");

  private final String label;

  Deletions(String label) {
    this.label = label;
  }

  /**
   * Tells whether a record is left out for being a deletion.
   *
   * @return null if it is not, and is to be decoded
   */
  Fault skipped(ConsumerRecord<?, ?> kafkaRecord) {
    boolean skips = this == SKIP && kafkaRecord.value() == null && kafkaRecord.key() != null;
    return skips ? SKIPPED : null;
  }

  @Override
  public String toString() {
    return label;
  }
}
