package io.tally.connectors.kafka;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * Letters that a checkpoint counts as written are not, or may not be. A restart goes on from that
 * checkpoint and meets the same, so Flink fails the job at once, whatever its restart strategy.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class LostLettersException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LostLettersException(String text, Throwable cause) {
    super("letters lost: " + text, cause);
  }
}
