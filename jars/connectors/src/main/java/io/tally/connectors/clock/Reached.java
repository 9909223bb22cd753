package io.tally.connectors.clock;

import org.apache.flink.api.connector.source.SourceEvent;

/**
 * How far the partitions of a reader have come.
 *
 * @param time the least of their watermarks, in epoch milliseconds, empty ones left aside; {@link
 *     #NONE} if all are empty, {@link #UNKNOWN} if one has records of which none has been read
 * @param hasEmpty whether one is empty, and so follows others
 */
record Reached(long time, boolean hasEmpty) implements SourceEvent {

  static final long NONE = Long.MAX_VALUE;
  static final long UNKNOWN = Long.MIN_VALUE;

  private static final long serialVersionUID = 1L;
}
