package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.api.core.servererrors.OverloadedException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;

/** Errors as the driver reports them. */
final class Errors {

  private Errors() {}

  static DriverTimeoutException timeout() {
    return new DriverTimeoutException("Query timed out after PT10S");
  }

  static OverloadedException overloaded() {
    return new OverloadedException(node());
  }

  static AllNodesFailedException allNodesFailed(Throwable errorOfTheNode) {
    return AllNodesFailedException.fromErrors(List.of(Map.entry(node(), errorOfTheNode)));
  }

  /** A node of which no more is known than that it is one. */
  private static Node node() {
    return (Node)
        Proxy.newProxyInstance(
            Errors.class.getClassLoader(),
            new Class<?>[] {Node.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "hashCode" -> 1;
                  case "equals" -> self == arguments[0];
                  default -> "node";
                });
  }
}
