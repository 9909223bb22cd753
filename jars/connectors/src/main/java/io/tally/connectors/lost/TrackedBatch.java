package io.tally.connectors.lost;

import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records that say how far their splits are read once all of them have been handed on.
 *
 * <p>Losses come first; of a partition that has one, what was fetched beside it is of the offsets
 * before the loss, and left out.
 */
final class TrackedBatch implements RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> {

  private final RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records;
  private final Map<String, Long> positions;
  private final Queue<LossRecord> losses;
  private final Set<String> stale;
  private final ReadPositions read;
  private LossRecord loss;
  private boolean isInRecords;

  /**
   * @param positions of the consumer behind these records
   * @param losses to be handed on first
   * @param stale splits whose records are left out
   */
  TrackedBatch(
      RecordsWithSplitIds<ConsumerRecord<byte[], byte[]>> records,
      Map<String, Long> positions,
      Queue<LossRecord> losses,
      Set<String> stale,
      ReadPositions read) {
    this.records = records;
    this.positions = positions;
    this.losses = losses;
    this.stale = stale;
    this.read = read;
  }

  @Override
  public String nextSplit() {
    loss = losses.poll();
    if (loss != null) {
      return KafkaPartitionSplit.toSplitId(loss.loss().partition());
    }
    isInRecords = true;
    String split = records.nextSplit();
    while (split != null && stale.contains(split)) {
      split = records.nextSplit();
    }
    return split;
  }

  @Override
  public ConsumerRecord<byte[], byte[]> nextRecordFromSplit() {
    if (isInRecords) {
      return records.nextRecordFromSplit();
    }
    LossRecord next = loss;
    loss = null;
    return next;
  }

  @Override
  public Set<String> finishedSplits() {
    return records.finishedSplits();
  }

  /** The reader calls it in its own thread when it is through. */
  @Override
  public void recycle() {
    records.recycle();
    read.reached(positions);
  }
}
