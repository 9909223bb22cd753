package io.tally.connectors.cassandra;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

/**
 * How the sink connects, buffers, retries and stamps: its options, read and judged.
 *
 * @param timestampReserve how far ahead write timestamps are reserved
 * @param ttlSeconds time to live of a row, 0 for none
 * @param parallelism subtasks of the sink, or null for those of its input
 */
record SinkSettings(
    Connection connection,
    Buffer buffer,
    Retry retry,
    Duration timestampReserve,
    long ttlSeconds,
    Integer parallelism)
    implements Serializable {

  /** Cassandra keeps a time to live of at most 20 years. */
  private static final Duration MAX_TTL = Duration.ofDays(20 * 365);

  /** Where the cluster is and how to talk to it. */
  record Connection(
      List<ContactPoint> contactPoints,
      String localDatacenter,
      String username,
      String password,
      Consistency consistency,
      Duration requestTimeout)
      implements Serializable {

    Connection withConsistency(Consistency level) {
      return new Connection(
          contactPoints, localDatacenter, username, password, level, requestTimeout);
    }

    /** Leaves the password out, so that no log shows it. */
    @Override
    public String toString() {
      return "Connection[" + contactPoints + ", " + localDatacenter + "]";
    }
  }

  /** What a subtask may hold; {@code bytes} counts buffered and unacknowledged rows. */
  record Buffer(int rows, Duration interval, long bytes, long batchBytes, int inFlight)
      implements Serializable {}

  /** How often and after which waits a request is tried again. */
  record Retry(int maxAttempts, Duration initialBackoff, Duration maxBackoff)
      implements Serializable {}

  /**
   * Reads the options.
   *
   * @throws ValidationException if a value is out of range or two options contradict each other
   */
  static SinkSettings of(ReadableConfig options) {
    return new SinkSettings(
        connection(options),
        buffer(options),
        retry(options),
        atLeast(options, CassandraOptions.TIMESTAMP_RESERVE, Duration.ofSeconds(1)),
        ttlSeconds(options),
        options.getOptional(CassandraOptions.PARALLELISM).orElse(null));
  }

  static Connection connection(ReadableConfig options) {
    Optional<String> username = options.getOptional(CassandraOptions.USERNAME);
    Optional<String> password = options.getOptional(CassandraOptions.PASSWORD);
    if (username.isPresent() != password.isPresent()) {
      throw new ValidationException("options 'username' and 'password' go together; set both");
    }
    List<String> contactPoints = options.get(CassandraOptions.CONTACT_POINTS);
    if (contactPoints.isEmpty()) {
      throw new ValidationException("option 'contact-points' is empty; write it as host:port");
    }
    return new Connection(
        contactPoints.stream().map(ContactPoint::parse).toList(),
        options.get(CassandraOptions.LOCAL_DATACENTER),
        username.orElse(null),
        password.orElse(null),
        options.get(CassandraOptions.CONSISTENCY_LEVEL),
        atLeast(options, CassandraOptions.REQUEST_TIMEOUT, Duration.ofMillis(1)));
  }

  private static Buffer buffer(ReadableConfig options) {
    return new Buffer(
        atLeastOne(options, CassandraOptions.BUFFER_MAX_ROWS),
        atLeast(options, CassandraOptions.BUFFER_INTERVAL, Duration.ofMillis(1)),
        positive(options, CassandraOptions.BUFFER_MAX_SIZE),
        positive(options, CassandraOptions.BATCH_MAX_SIZE),
        atLeastOne(options, CassandraOptions.MAX_IN_FLIGHT));
  }

  private static Retry retry(ReadableConfig options) {
    Duration initial =
        atLeast(options, CassandraOptions.RETRY_INITIAL_BACKOFF, Duration.ofMillis(1));
    return new Retry(
        atLeastOne(options, CassandraOptions.RETRY_MAX_ATTEMPTS),
        initial,
        atLeast(options, CassandraOptions.RETRY_MAX_BACKOFF, initial));
  }

  private static long ttlSeconds(ReadableConfig options) {
    Optional<Duration> ttl = options.getOptional(CassandraOptions.TTL);
    if (ttl.isEmpty()) {
      return 0;
    }
    Duration value = ttl.get();
    if (value.getSeconds() < 1 || value.getNano() != 0 || value.compareTo(MAX_TTL) > 0) {
      throw new ValidationException(
          "option 'sink.ttl' must be whole seconds, from 1 s to " + MAX_TTL.toDays() + " days");
    }
    return value.getSeconds();
  }

  static int atLeastOne(ReadableConfig options, ConfigOption<Integer> option) {
    int value = options.get(option);
    if (value < 1) {
      throw new ValidationException(
          "option '%s' must be at least 1, not %d".formatted(option.key(), value));
    }
    return value;
  }

  private static long positive(ReadableConfig options, ConfigOption<MemorySize> option) {
    long bytes = options.get(option).getBytes();
    if (bytes < 1) {
      throw new ValidationException("option '%s' must not be 0".formatted(option.key()));
    }
    return bytes;
  }

  private static Duration atLeast(
      ReadableConfig options, ConfigOption<Duration> option, Duration least) {
    Duration value = options.get(option);
    if (value.compareTo(least) < 0) {
      throw new ValidationException(
          "option '%s' must be at least %d ms, not %d ms"
              .formatted(option.key(), least.toMillis(), value.toMillis()));
    }
    return value;
  }
}
