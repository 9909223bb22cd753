package io.tally.connectors.cassandra;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows waiting to be sent: one write for each key, grouped by partition, oldest partition first.
 *
 * <pre>{@code
 * add  a1=1  b1=1  a2=1  a1=2        (letter: partition, digit: row)
 * poll [a1=2, a2=1]  then  [b1=1]
 * }</pre>
 *
 * <p>Since every write carries its own timestamp, batches may reach Cassandra in any order.
 */
final class WriteBuffer {

  private final Coalescing coalescing;
  private final long maxBatchBytes;
  private final Map<List<ByteBuffer>, Map<RowKey, RowWrite>> partitions = new LinkedHashMap<>();
  private int rows;
  private long bytes;

  WriteBuffer(Coalescing coalescing, long maxBatchBytes) {
    this.coalescing = coalescing;
    this.maxBatchBytes = maxBatchBytes;
  }

  /**
   * Takes a write in.
   *
   * @return whether it became one with a write of its key that was waiting
   */
  boolean add(RowWrite write) {
    Map<RowKey, RowWrite> partition =
        partitions.computeIfAbsent(write.key().partition(), key -> new LinkedHashMap<>(2));
    RowWrite earlier = partition.put(write.key(), write);
    if (earlier == null) {
      rows++;
      bytes += write.bytes();
      return false;
    }
    RowWrite merged = coalescing.merge(earlier, write);
    if (merged != write) {
      partition.put(write.key(), merged);
    }
    bytes += merged.bytes() - earlier.bytes();
    return true;
  }

  /**
   * Takes out the oldest rows of the oldest partition, as many as fit a batch, at least one.
   *
   * @throws java.util.NoSuchElementException if the buffer is empty
   */
  List<RowWrite> poll() {
    Iterator<Map<RowKey, RowWrite>> oldest = partitions.values().iterator();
    Map<RowKey, RowWrite> partition = oldest.next();
    List<RowWrite> batch = takeBatch(partition);
    if (partition.isEmpty()) {
      oldest.remove();
    }
    return batch;
  }

  private List<RowWrite> takeBatch(Map<RowKey, RowWrite> partition) {
    List<RowWrite> batch = new ArrayList<>();
    long batchBytes = 0;
    Iterator<RowWrite> writes = partition.values().iterator();
    while (writes.hasNext()) {
      RowWrite write = writes.next();
      batchBytes += write.bytes();
      if (!batch.isEmpty() && batchBytes > maxBatchBytes) {
        break;
      }
      batch.add(write);
      writes.remove();
      rows--;
      bytes -= write.bytes();
    }
    return batch;
  }

  /** Rows waiting. */
  int rows() {
    return rows;
  }

  /** About how many bytes they take. */
  long bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return rows == 0;
  }
}
