package io.tally.connectors.cassandra;

import java.io.IOException;

/** A failure that a restart of the job may get over: Cassandra is away, or too slow. */
public final class CassandraSinkException extends IOException {

  private static final long serialVersionUID = 1L;

  public CassandraSinkException(String message, Throwable cause) {
    super(message, cause);
  }
}
