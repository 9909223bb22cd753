package io.tally.connectors.failed;

import io.tally.connectors.python.PythonFunctionException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.SerializedThrowable;

/**
 * The exceptions that expressions throw, told from all others by where they were thrown: in code
 * that Flink has generated for a query, or that this has called.
 *
 * <p>What a restart may mend is none: a server that does not answer a lookup.
 */
record ThrownByExpression(String code, String what) {

  // Flink's names for what it generates: StreamExecCalc$9. They are in no package.
  private static final Pattern GENERATED = Pattern.compile("[A-Za-z]\\w*\\$\\d+(\\$.*)?");
  // Methods of operators that hand rows on: behind them the exception is of another operator.
  private static final Pattern HANDED_ON =
      Pattern.compile("process(Element|Element1|Element2|Watermark)|pushToOperator|onEventTime");

  /** Returns what is to be said of an exception, if an expression threw it. */
  static Optional<ThrownByExpression> of(Throwable thrown) {
    Optional<Throwable> named =
        ExceptionUtils.findThrowable(thrown, one -> isOf(one, FailedExpressionException.class));
    if (named.isPresent()) {
      return named.map(one -> new ThrownByExpression("", one.getMessage()));
    }
    Throwable root = root(thrown);
    if (root instanceof IOException || root instanceof TimeoutException) {
      return Optional.empty();
    }
    if (isOf(root, PythonFunctionException.class)) {
      return Optional.of(new ThrownByExpression("", root.getMessage()));
    }
    return code(root).map(code -> new ThrownByExpression(code, said(root)));
  }

  private static Throwable root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  /** The generated class that threw it or called what did. */
  private static Optional<String> code(Throwable root) {
    for (StackTraceElement frame : root.getStackTrace()) {
      String type = frame.getClassName();
      if (GENERATED.matcher(type).matches()) {
        return Optional.of(type);
      }
      if (HANDED_ON.matcher(frame.getMethodName()).matches() || isLookup(type)) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private static boolean isLookup(String type) {
    return type.startsWith("io.tally.connectors.cassandra.");
  }

  private static boolean isOf(Throwable thrown, Class<?> type) {
    return nameOf(thrown).equals(type.getName());
  }

  private static String nameOf(Throwable thrown) {
    return thrown instanceof SerializedThrowable serialized
        ? serialized.getOriginalErrorClassName()
        : thrown.getClass().getName();
  }

  private static String said(Throwable root) {
    String name = nameOf(root);
    String simple = name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
    return root.getMessage() == null ? simple : simple + ": " + root.getMessage();
  }
}
