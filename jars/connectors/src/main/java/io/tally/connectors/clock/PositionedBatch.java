package io.tally.connectors.clock;

import java.util.Map;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;

/**
 * Records that say how far their splits are read once all of them have been handed on.
 *
 * @param positions of the consumer behind these records
 */
record PositionedBatch<T>(
    RecordsWithSplitIds<T> records, Map<String, Long> positions, ReadPositions read)
    implements RecordsWithSplitIds<T> {

  @Override
  public String nextSplit() {
    return records.nextSplit();
  }

  @Override
  public T nextRecordFromSplit() {
    return records.nextRecordFromSplit();
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
