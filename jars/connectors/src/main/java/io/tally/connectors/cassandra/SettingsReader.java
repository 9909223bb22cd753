package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.SinkSettings.Buffer;
import io.tally.connectors.cassandra.SinkSettings.Connection;
import io.tally.connectors.cassandra.SinkSettings.Retry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;

/** Reads {@link SinkSettings}; goes on after a wrong option, so that all wrong ones are found. */
final class SettingsReader {

  /** Cassandra keeps a time to live of at most 20 years. */
  static final Duration MAX_TTL = Duration.ofDays(20 * 365);

  private final ReadableConfig options;
  private final OptionErrors errors;

  SettingsReader(ReadableConfig options, OptionErrors errors) {
    this.options = options;
    this.errors = errors;
  }

  SinkSettings read() {
    Connection connection = connection();
    return new SinkSettings(
        connection,
        buffer(),
        retry(connection.requestTimeout()),
        atLeast(CassandraOptions.TIMESTAMP_RESERVE, Duration.ofSeconds(1)),
        positive(CassandraOptions.MAX_ROW_SIZE),
        ttlSeconds(),
        options.get(CassandraOptions.NULL_HANDLING),
        options.getOptional(CassandraOptions.PARALLELISM).orElse(null));
  }

  /** Where the cluster is and how to talk to it. */
  Connection connection() {
    Optional<String> username = options.getOptional(CassandraOptions.USERNAME);
    Optional<String> password = options.getOptional(CassandraOptions.PASSWORD);
    if (username.isPresent() != password.isPresent()) {
      errors.add("options 'username' and 'password' go together; set both");
    }
    return new Connection(
        contactPoints(),
        options.get(CassandraOptions.LOCAL_DATACENTER),
        username.orElse(null),
        password.orElse(null),
        new TlsReader(options, errors).read(),
        DriverOptions.of(options.toMap(), errors),
        options.get(CassandraOptions.CONSISTENCY_LEVEL),
        atLeast(CassandraOptions.REQUEST_TIMEOUT, Duration.ofMillis(1)));
  }

  private List<ContactPoint> contactPoints() {
    List<String> addresses = options.get(CassandraOptions.CONTACT_POINTS);
    if (addresses.isEmpty()) {
      errors.add("option 'contact-points' is empty; write it as host:port");
    }
    return addresses.stream()
        .map(address -> errors.collect(() -> ContactPoint.parse(address)))
        .filter(Objects::nonNull)
        .toList();
  }

  private Buffer buffer() {
    Buffer buffer =
        new Buffer(
            atLeastOne(CassandraOptions.BUFFER_MAX_ROWS),
            atLeast(CassandraOptions.BUFFER_INTERVAL, Duration.ofMillis(1)),
            positive(CassandraOptions.BUFFER_MAX_SIZE),
            positive(CassandraOptions.BATCH_MAX_SIZE),
            atLeastOne(CassandraOptions.MAX_IN_FLIGHT));
    boolean batchChosen = options.getOptional(CassandraOptions.BATCH_MAX_SIZE).isPresent();
    if (batchChosen && buffer.bytes() > 0 && buffer.batchBytes() > buffer.bytes()) {
      errors.add(
          "option 'sink.batch.max-size' (%d bytes) is more than 'sink.buffer-flush.max-size'"
              + " (%d bytes); a batch cannot be larger than the buffer it is taken from",
          buffer.batchBytes(), buffer.bytes());
    }
    return buffer;
  }

  private Retry retry(Duration requestTimeout) {
    Duration initial = atLeast(CassandraOptions.RETRY_INITIAL_BACKOFF, Duration.ofMillis(1));
    Duration max = options.get(CassandraOptions.RETRY_MAX_BACKOFF);
    if (max.compareTo(initial) < 0) {
      errors.add(
          "option 'sink.retry.max-backoff' (%d ms) is less than 'sink.retry.initial-backoff' (%d ms)",
          max.toMillis(), initial.toMillis());
    }
    Duration duration = options.get(CassandraOptions.RETRY_MAX_DURATION);
    if (duration.compareTo(requestTimeout) < 0) {
      errors.add(
          "option 'sink.retry.max-duration' (%d ms) is less than 'request-timeout' (%d ms);"
              + " a request that times out would never be tried again",
          duration.toMillis(), requestTimeout.toMillis());
    }
    return new Retry(atLeastOne(CassandraOptions.RETRY_MAX_ATTEMPTS), initial, max, duration);
  }

  private long ttlSeconds() {
    Optional<Duration> ttl = options.getOptional(CassandraOptions.TTL);
    if (ttl.isEmpty()) {
      return 0;
    }
    Duration value = ttl.get();
    if (value.getSeconds() < 1 || value.getNano() != 0 || value.compareTo(MAX_TTL) > 0) {
      errors.add("option 'sink.ttl' must be whole seconds, from 1 s to %d days", MAX_TTL.toDays());
    }
    return value.getSeconds();
  }

  int atLeastOne(ConfigOption<Integer> option) {
    int value = options.get(option);
    if (value < 1) {
      errors.add("option '%s' must be at least 1, not %d", option.key(), value);
    }
    return value;
  }

  private long positive(ConfigOption<MemorySize> option) {
    long bytes = options.get(option).getBytes();
    if (bytes < 1) {
      errors.add("option '%s' must not be 0", option.key());
    }
    return bytes;
  }

  private Duration atLeast(ConfigOption<Duration> option, Duration least) {
    Duration value = options.get(option);
    if (value.compareTo(least) < 0) {
      errors.add(
          "option '%s' must be at least %d ms, not %d ms",
          option.key(), least.toMillis(), value.toMillis());
    }
    return value;
  }
}
