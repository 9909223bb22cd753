package io.tally.connectors.clock;

import org.apache.flink.api.connector.source.SourceEvent;

/**
 * The time of the whole source, which empty partitions follow.
 *
 * @param time in epoch milliseconds
 */
record SourceTime(long time) implements SourceEvent {
  private static final long serialVersionUID = 1L;
}
