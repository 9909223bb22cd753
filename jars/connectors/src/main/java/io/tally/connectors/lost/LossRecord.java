package io.tally.connectors.lost;

import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Stands where records are lost, in band: whoever counts records sees it between those before and
 * those behind, and once it is handed on the reader's offset is behind the gap.
 */
public final class LossRecord extends ConsumerRecord<byte[], byte[]> {

  private final Loss loss;

  LossRecord(Loss loss) {
    super(loss.partition().topic(), loss.partition().partition(), loss.next() - 1, null, null);
    this.loss = loss;
  }

  Loss loss() {
    return loss;
  }

  /** Returns why records are lost, as an account names it. */
  public String cause() {
    return loss.cause().toString();
  }

  /** Returns how many offsets are lost; 0 where that is not known. */
  public long offsets() {
    return loss.offsets();
  }
}
