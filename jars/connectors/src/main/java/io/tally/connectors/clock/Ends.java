package io.tally.connectors.clock;

import java.util.Map;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * Where partitions ended at a time.
 *
 * @param at epoch milliseconds, before the broker was asked
 * @param offsets by split, one behind the last that can be read
 */
record Ends(long at, Map<String, Long> offsets) implements SourceEvent {
  private static final long serialVersionUID = 1L;
}
