package io.tally.connectors.sessions;

import java.time.Instant;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * An event that a gate let in is late for its session. It would be lost without a word, and the
 * account would come out without it; a restart would meet it again.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class LateEventException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  LateEventException(long at, long watermark) {
    super(
        "the gate of late rows let an event of %s in, and SESSIONS is at %s already"
            .formatted(Instant.ofEpochMilli(at), Instant.ofEpochMilli(watermark)));
  }
}
