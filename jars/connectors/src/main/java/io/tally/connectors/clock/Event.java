package io.tally.connectors.clock;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The newest event of a partition.
 *
 * @param time its event time, in epoch milliseconds
 * @param recorded timestamp of its record
 * @param delay of the partition's watermark behind its events, in milliseconds
 */
record Event(long time, long recorded, long delay) {

  /** The watermark while there is more to read, at the clock's distance. */
  long reached(long leastDelay) {
    return time - Math.max(delay, leastDelay);
  }

  /**
   * The watermark once nothing that was recorded before a moment is still to be read.
   *
   * <p>An event that lies ahead of its record waits for the clock to come there. A record without a
   * timestamp, of an old message format, tells nothing of the clock.
   *
   * @param at the moment, in epoch milliseconds
   */
  long reached(long leastDelay, long at) {
    return recorded < 0
        ? reached(leastDelay)
        : reached(leastDelay) + Math.max(0, at - Math.max(recorded, time));
  }

  void write(DataOutput out) throws IOException {
    out.writeLong(time);
    out.writeLong(recorded);
    out.writeLong(delay);
  }

  static Event read(DataInput in) throws IOException {
    return new Event(in.readLong(), in.readLong(), in.readLong());
  }
}
