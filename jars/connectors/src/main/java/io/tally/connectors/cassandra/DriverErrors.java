package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.DriverExecutionException;
import com.datastax.oss.driver.api.core.DriverTimeoutException;
import com.datastax.oss.driver.api.core.NodeUnavailableException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.connection.BusyConnectionException;
import com.datastax.oss.driver.api.core.connection.ClosedConnectionException;
import com.datastax.oss.driver.api.core.connection.ConnectionInitException;
import com.datastax.oss.driver.api.core.connection.HeartbeatException;
import com.datastax.oss.driver.api.core.servererrors.QueryExecutionException;
import com.datastax.oss.driver.api.core.servererrors.ServerError;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.flink.util.ExceptionUtils;

/** Tells errors that pass from errors that stay, and says each in one line. */
final class DriverErrors {

  /** All else, such as an unknown column or a missing permission, stays. */
  private static final List<Class<? extends Throwable>> TRANSIENT =
      List.of(
          DriverTimeoutException.class,
          NodeUnavailableException.class,
          BusyConnectionException.class,
          ClosedConnectionException.class,
          ConnectionInitException.class,
          HeartbeatException.class,
          IOException.class,
          // Unavailable, overloaded, starting up, time-outs and failures of replicas.
          QueryExecutionException.class,
          ServerError.class);

  /**
   * A connection on which too many requests have timed out is closed by the driver, which refuses
   * new requests on it by an exception that has no type of its own.
   */
  private static final String CLOSING = "Channel is closing";

  /** The driver's names for its session and channel, such as {@code [s0|control|connecting...]}. */
  private static final Pattern DRIVER_PREFIX = Pattern.compile("^\\[s\\d+[^]]*] ");

  private DriverErrors() {}

  /** Whether the same request may succeed later. */
  static boolean isTransient(Throwable error) {
    Throwable cause = unwrap(error);
    if (isAuthentication(cause)) {
      return false;
    }
    if (cause instanceof AllNodesFailedException all) {
      // No error of a node: no node was there to be asked.
      List<Throwable> errors = nodeErrors(all);
      return errors.isEmpty() || errors.stream().anyMatch(DriverErrors::isTransient);
    }
    return isClosing(cause) || TRANSIENT.stream().anyMatch(type -> type.isInstance(cause));
  }

  private static boolean isClosing(Throwable cause) {
    return cause instanceof IllegalStateException && CLOSING.equals(cause.getMessage());
  }

  /** Whether a node refused user name or password. */
  static boolean isAuthentication(Throwable error) {
    Throwable cause = unwrap(error);
    if (cause instanceof AllNodesFailedException all) {
      return nodeErrors(all).stream().anyMatch(DriverErrors::isAuthentication);
    }
    return cause instanceof AuthenticationException;
  }

  /** Whether client and server do not agree on encryption or on each other's certificate. */
  static boolean isTls(Throwable error) {
    Throwable cause = unwrap(error);
    if (cause instanceof AllNodesFailedException all) {
      return nodeErrors(all).stream().anyMatch(DriverErrors::isTls);
    }
    return ExceptionUtils.findThrowable(cause, SSLException.class).isPresent();
  }

  /** The error's own text, without the driver's advice and node objects, in one line. */
  static String oneLine(Throwable error) {
    Throwable cause = unwrap(error);
    if (cause instanceof AllNodesFailedException all) {
      return nodeErrors(all).stream()
          .findFirst()
          .map(DriverErrors::oneLine)
          .orElse("no node of the local data centre is up");
    }
    Throwable root = cause instanceof ConnectionInitException ? root(cause) : cause;
    String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    text = DRIVER_PREFIX.matcher(text).replaceFirst("");
    return text.lines().findFirst().orElse(text).trim();
  }

  /** Netty hangs the reason why a connection failed on the failure as a suppressed exception. */
  private static Throwable root(Throwable error) {
    Throwable[] suppressed = error.getSuppressed();
    Throwable next = suppressed.length > 0 ? suppressed[0] : error.getCause();
    return next == null ? error : root(next);
  }

  private static List<Throwable> nodeErrors(AllNodesFailedException all) {
    return all.getAllErrors().values().stream().flatMap(List::stream).toList();
  }

  private static Throwable unwrap(Throwable error) {
    boolean wrapper =
        error instanceof CompletionException || error instanceof DriverExecutionException;
    return wrapper && error.getCause() != null ? unwrap(error.getCause()) : error;
  }
}
