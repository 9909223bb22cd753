package io.tally.connectors.clock;

import org.apache.flink.api.connector.source.SourceEvent;

/**
 * A reader of a bounded source has read all that it was given.
 *
 * @param newest time of the newest event that it has read, in epoch milliseconds; {@link #NONE}
 *     where it has read none
 */
record Finished(long newest) implements SourceEvent {

  static final long NONE = Long.MIN_VALUE;

  private static final long serialVersionUID = 1L;
}
