package io.tally.connectors.cassandra;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

/**
 * How the sink connects, buffers, retries and stamps: its options, read and judged.
 *
 * @param timestampReserve how far ahead write timestamps are reserved
 * @param maxRowBytes the largest row that Cassandra takes
 * @param ttlSeconds time to live of every row, 0 for none
 * @param nulls what a null does to its column
 * @param parallelism subtasks of the sink, or null for those of its input
 */
record SinkSettings(
    Connection connection,
    Buffer buffer,
    Retry retry,
    Duration timestampReserve,
    long maxRowBytes,
    long ttlSeconds,
    NullHandling nulls,
    Integer parallelism)
    implements Serializable {

  /**
   * Where the cluster is and how to talk to it.
   *
   * @param tls null for plain connections
   * @param driver further options of the driver, by their path in its configuration
   */
  record Connection(
      List<ContactPoint> contactPoints,
      String localDatacenter,
      String username,
      String password,
      Tls tls,
      Map<String, String> driver,
      Consistency consistency,
      Duration requestTimeout)
      implements Serializable {

    Connection withConsistency(Consistency level) {
      return new Connection(
          contactPoints, localDatacenter, username, password, tls, driver, level, requestTimeout);
    }

    /** Leaves passwords out, so that no log shows them. */
    @Override
    public String toString() {
      return "Connection[" + contactPoints + ", " + localDatacenter + "]";
    }
  }

  /** What a subtask may hold; {@code bytes} counts buffered and unacknowledged rows. */
  record Buffer(int rows, Duration interval, long bytes, long batchBytes, int inFlight)
      implements Serializable {}

  /** How often, after which waits and for how long a request is tried again. */
  record Retry(int maxAttempts, Duration initialBackoff, Duration maxBackoff, Duration maxDuration)
      implements Serializable {}

  /**
   * Reads the options.
   *
   * @throws ValidationException if values are out of range or contradict each other; it names all
   */
  static SinkSettings of(ReadableConfig options) {
    OptionErrors errors = new OptionErrors();
    SinkSettings settings = of(options, errors);
    errors.throwIfAny();
    return settings;
  }

  /** Reads the options; of use only if no error was added. */
  static SinkSettings of(ReadableConfig options, OptionErrors errors) {
    return new SettingsReader(options, errors).read();
  }
}
