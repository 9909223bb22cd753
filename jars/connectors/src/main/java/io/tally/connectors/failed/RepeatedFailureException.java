package io.tally.connectors.failed;

import org.apache.flink.util.FlinkRuntimeException;

/** What ends a job for good: the same failure, several times. */
public final class RepeatedFailureException extends FlinkRuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param what of the failure
   */
  RepeatedFailureException(int times, String what, Throwable cause) {
    super("stopped after %d failures of one cause: %s".formatted(times, what), cause);
  }
}
