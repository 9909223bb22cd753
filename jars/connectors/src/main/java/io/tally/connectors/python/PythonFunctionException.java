package io.tally.connectors.python;

import org.apache.flink.util.FlinkRuntimeException;

/** A Python function that raised, or returned what is none of its declared type. */
public final class PythonFunctionException extends FlinkRuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param what names the function, its file and line, and the arguments
   */
  PythonFunctionException(String what) {
    super(what);
  }
}
