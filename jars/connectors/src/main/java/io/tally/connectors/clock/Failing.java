package io.tally.connectors.clock;

import org.apache.flink.api.connector.source.SourceEvent;

/** A reader's task is about to fail, and takes no event any more. */
record Failing() implements SourceEvent {
  private static final long serialVersionUID = 1L;
}
