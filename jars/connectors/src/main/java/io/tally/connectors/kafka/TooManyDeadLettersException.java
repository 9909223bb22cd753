package io.tally.connectors.kafka;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * More dead letters than the source stands. A restart would meet them again, so Flink fails the job
 * at once, whatever its restart strategy.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class TooManyDeadLettersException extends IOException {

  private static final long serialVersionUID = 1L;

  TooManyDeadLettersException(String text) {
    super(text);
  }
}
