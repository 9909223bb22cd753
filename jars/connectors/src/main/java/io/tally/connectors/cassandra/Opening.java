package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DriverException;
import java.util.function.Function;

/** Opens a table: a session, and what is made of it. */
final class Opening {

  private Opening() {}

  /**
   * Connects, and closes the session again if what follows fails.
   *
   * @param open connects
   * @param make checks the table and prepares its statements
   * @throws CassandraSinkException if Cassandra does not answer
   * @throws CassandraRefusedException if the table does not fit
   */
  static <T> T with(TargetTable table, Connecting open, Function<CqlSession, T> make)
      throws CassandraSinkException {
    CqlSession session = open.connect();
    try {
      return make.apply(session);
    } catch (DriverException e) {
      Sessions.close(session);
      String message = "opening table %s: %s".formatted(table, DriverErrors.oneLine(e));
      if (DriverErrors.isTransient(e)) {
        throw new CassandraSinkException(message, e);
      }
      throw new CassandraRefusedException(message, e);
    } catch (RuntimeException e) {
      Sessions.close(session);
      throw e;
    }
  }

  /** Opens a session. */
  @FunctionalInterface
  interface Connecting {
    CqlSession connect() throws CassandraSinkException;
  }
}
