package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import io.tally.connectors.cassandra.SinkSettings.Connection;
import io.tally.connectors.cassandra.SinkSettings.Retry;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.source.lookup.LookupOptions.LookupCacheType;
import org.apache.flink.table.connector.source.lookup.cache.DefaultLookupCache;
import org.apache.flink.table.connector.source.lookup.cache.LookupCache;

/**
 * How the source connects, scans and looks up: its options, read and judged.
 *
 * @param connection with the consistency level of reads
 */
record ReadSettings(Connection connection, Scan scan, Lookup lookup) implements Serializable {

  /** Cassandra offers them for writes alone. */
  private static final Set<Consistency> WRITE_ONLY =
      Set.of(Consistency.ANY, Consistency.EACH_QUORUM);

  /** What bounds a partial cache. */
  private static final List<ConfigOption<?>> CACHE_BOUNDS =
      List.of(
          CassandraOptions.LOOKUP_CACHE_MAX_ROWS,
          CassandraOptions.LOOKUP_CACHE_EXPIRE_AFTER_WRITE,
          CassandraOptions.LOOKUP_CACHE_EXPIRE_AFTER_ACCESS);

  /**
   * How to scan.
   *
   * @param splitCount token ranges to read, at least, or null to go by the parallelism
   * @param parallelism subtasks, or null for the job's
   */
  record Scan(int fetchSize, Integer splitCount, Integer parallelism, Retry retry)
      implements Serializable {}

  /**
   * How to look up.
   *
   * @param cache the cache, or null for none
   */
  record Lookup(boolean async, LookupCache cache, Retry retry) implements Serializable {}

  /**
   * Reads the options.
   *
   * @throws ValidationException if a value is out of range or two options contradict each other
   */
  static ReadSettings of(ReadableConfig options) {
    OptionErrors errors = new OptionErrors();
    SettingsReader reader = new SettingsReader(options, errors);
    Connection connection = reader.connection();
    Consistency consistency = errors.collect(() -> consistency(options));
    Scan scan = errors.collect(() -> scan(options, reader));
    Lookup lookup = errors.collect(() -> lookup(options));
    errors.throwIfAny();
    return new ReadSettings(connection.withConsistency(consistency), scan, lookup);
  }

  /**
   * Connects to the cluster.
   *
   * @param inFlight requests that may await their answer at once
   * @throws CassandraSinkException if Cassandra does not answer
   */
  CqlSession connect(String keyspace, int inFlight) throws CassandraSinkException {
    return Sessions.open(connection, keyspace, inFlight, scan.retry().maxBackoff());
  }

  private static Lookup lookup(ReadableConfig options) {
    return new Lookup(
        options.get(CassandraOptions.LOOKUP_ASYNC),
        cache(options).orElse(null),
        retry(options, CassandraOptions.LOOKUP_MAX_RETRIES));
  }

  private static Consistency consistency(ReadableConfig options) {
    Optional<Consistency> own = options.getOptional(CassandraOptions.READ_CONSISTENCY_LEVEL);
    Consistency level = own.orElseGet(() -> options.get(CassandraOptions.CONSISTENCY_LEVEL));
    if (WRITE_ONLY.contains(level)) {
      throw new ValidationException(
          "option '%s' is %s, which Cassandra has for writes alone;"
                  .formatted(
                      (own.isPresent()
                              ? CassandraOptions.READ_CONSISTENCY_LEVEL
                              : CassandraOptions.CONSISTENCY_LEVEL)
                          .key(),
                      level)
              + " to read the table set 'read.consistency-level' to another");
    }
    return level;
  }

  private static Scan scan(ReadableConfig options, SettingsReader reader) {
    Integer splitCount =
        options.getOptional(CassandraOptions.SCAN_SPLIT_COUNT).isEmpty()
            ? null
            : reader.atLeastOne(CassandraOptions.SCAN_SPLIT_COUNT);
    return new Scan(
        reader.atLeastOne(CassandraOptions.SCAN_FETCH_SIZE),
        splitCount,
        options.getOptional(CassandraOptions.SCAN_PARALLELISM).orElse(null),
        retry(options, CassandraOptions.SCAN_MAX_RETRIES));
  }

  /** Waits as the sink does by default: its own options are about writes. */
  private static Retry retry(ReadableConfig options, ConfigOption<Integer> maxRetries) {
    int retries = options.get(maxRetries);
    if (retries < 0) {
      throw new ValidationException(
          "option '%s' must be at least 0, not %d".formatted(maxRetries.key(), retries));
    }
    return new Retry(
        retries + 1,
        CassandraOptions.RETRY_INITIAL_BACKOFF.defaultValue(),
        CassandraOptions.RETRY_MAX_BACKOFF.defaultValue(),
        CassandraOptions.RETRY_MAX_DURATION.defaultValue());
  }

  private static Optional<LookupCache> cache(ReadableConfig options) {
    return switch (options.get(CassandraOptions.LOOKUP_CACHE)) {
      case PARTIAL -> Optional.of(partialCache(options));
      case NONE -> {
        requireNoCacheOptions(options);
        yield Optional.empty();
      }
      case FULL ->
          throw new ValidationException(
              "option 'lookup.cache' is FULL, which this connector does not offer;"
                  + " choose PARTIAL or NONE");
    };
  }

  private static LookupCache partialCache(ReadableConfig options) {
    if (CACHE_BOUNDS.stream().allMatch(bound -> options.getOptional(bound).isEmpty())) {
      throw new ValidationException(
          "option 'lookup.cache' is PARTIAL, and nothing bounds the cache; set %s, %s or %s"
              .formatted(CACHE_BOUNDS.stream().map(ConfigOption::key).toArray()));
    }
    return DefaultLookupCache.fromConfig(options);
  }

  private static void requireNoCacheOptions(ReadableConfig options) {
    Stream.concat(CACHE_BOUNDS.stream(), Stream.of(CassandraOptions.LOOKUP_CACHE_MISSING_KEY))
        .filter(option -> options.getOptional(option).isPresent())
        .findFirst()
        .ifPresent(
            option -> {
              throw new ValidationException(
                  "option '%s' needs 'lookup.cache' = '%s'"
                      .formatted(option.key(), LookupCacheType.PARTIAL));
            });
  }
}
