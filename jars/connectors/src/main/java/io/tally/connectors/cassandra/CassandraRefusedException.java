package io.tally.connectors.cassandra;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A failure that every restart would meet again: a table that does not fit, a value that Cassandra
 * cannot hold, a wrong password. Flink fails the job at once, whatever its restart strategy.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class CassandraRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public CassandraRefusedException(String message) {
    super(message);
  }

  public CassandraRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
