package io.tally.connectors.failed;

import org.apache.flink.util.FlinkRuntimeException;

/** An expression of a query, or a function that it calls, that threw. */
public final class FailedExpressionException extends FlinkRuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param what names aggregate, operator and cause, and in further lines the row
   */
  FailedExpressionException(String what, Throwable cause) {
    super(what, cause);
  }
}
