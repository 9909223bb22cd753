package io.tally.connectors.refused;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * More refused rows than the aggregate allows. A restart would meet them again, so Flink fails the
 * job at once, whatever its restart strategy.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class TooManyRefusedRowsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TooManyRefusedRowsException(String text) {
    super(text);
  }
}
