package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.DriverTimeoutException;

/** Errors as the driver reports them. */
final class Errors {

  private Errors() {}

  static DriverTimeoutException timeout() {
    return new DriverTimeoutException("Query timed out after PT10S");
  }
}
