package io.tally.connectors.cassandra;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.table.connector.source.lookup.LookupOptions;
import org.apache.flink.table.connector.source.lookup.LookupOptions.LookupCacheType;
import org.apache.flink.table.factories.FactoryUtil;

/** Every option of the connector: name, type, default and meaning, each said once. */
public final class CassandraOptions {

  public static final ConfigOption<List<String>> CONTACT_POINTS =
      ConfigOptions.key("contact-points")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription(
              "Nodes to connect to first, as host:port separated by ';'. One that answers is"
                  + " enough; the others of the cluster are learned from it.");

  public static final ConfigOption<String> LOCAL_DATACENTER =
      ConfigOptions.key("local-datacenter")
          .stringType()
          .defaultValue("datacenter1")
          .withDescription("The data centre whose nodes take the requests.");

  public static final ConfigOption<String> KEYSPACE =
      ConfigOptions.key("keyspace")
          .stringType()
          .noDefaultValue()
          .withDescription("Keyspace of the table, in its exact case.");

  public static final ConfigOption<String> TABLE =
      ConfigOptions.key("table")
          .stringType()
          .noDefaultValue()
          .withDescription("Table to write or read, in its exact case. It must exist.");

  public static final ConfigOption<String> USERNAME =
      ConfigOptions.key("username")
          .stringType()
          .noDefaultValue()
          .withDescription("Role to log in as. Needs 'password'.");

  public static final ConfigOption<String> PASSWORD =
      ConfigOptions.key("password")
          .stringType()
          .noDefaultValue()
          .withDescription("Password of 'username'.");

  public static final ConfigOption<Boolean> SSL_ENABLED =
      ConfigOptions.key("ssl.enabled")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether connections are encrypted with TLS.");

  public static final ConfigOption<String> SSL_TRUSTSTORE_PATH =
      ConfigOptions.key("ssl.truststore.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File, on every task manager, with the certificates to trust. If unset, those that"
                  + " Java trusts.");

  public static final ConfigOption<String> SSL_TRUSTSTORE_PASSWORD =
      ConfigOptions.key("ssl.truststore.password")
          .stringType()
          .noDefaultValue()
          .withDescription("Password of the trust store.");

  public static final ConfigOption<String> SSL_TRUSTSTORE_TYPE =
      ConfigOptions.key("ssl.truststore.type")
          .stringType()
          .defaultValue("PKCS12")
          .withDescription("Type of the trust store, such as PKCS12 or JKS.");

  public static final ConfigOption<String> SSL_KEYSTORE_PATH =
      ConfigOptions.key("ssl.keystore.path")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File, on every task manager, with the key and certificate to show to a server that"
                  + " asks for one (mutual TLS).");

  public static final ConfigOption<String> SSL_KEYSTORE_PASSWORD =
      ConfigOptions.key("ssl.keystore.password")
          .stringType()
          .noDefaultValue()
          .withDescription("Password of the key store and of its key.");

  public static final ConfigOption<String> SSL_KEYSTORE_TYPE =
      ConfigOptions.key("ssl.keystore.type")
          .stringType()
          .defaultValue("PKCS12")
          .withDescription("Type of the key store, such as PKCS12 or JKS.");

  public static final ConfigOption<Boolean> SSL_HOSTNAME_VERIFICATION =
      ConfigOptions.key("ssl.hostname-verification")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether a server's certificate must be of the name or address it is reached by.");

  public static final ConfigOption<Consistency> CONSISTENCY_LEVEL =
      ConfigOptions.key("consistency-level")
          .enumType(Consistency.class)
          .defaultValue(Consistency.LOCAL_QUORUM)
          .withDescription("Replicas that must acknowledge a write.");

  public static final ConfigOption<Duration> REQUEST_TIMEOUT =
      ConfigOptions.key("request-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription("Time that one request may take; connecting takes 5 s at most.");

  public static final ConfigOption<Integer> BUFFER_MAX_ROWS =
      ConfigOptions.key("sink.buffer-flush.max-rows")
          .intType()
          .defaultValue(5_000)
          .withDescription("Rows, after coalescing by key, at which a subtask sends its buffer.");

  public static final ConfigOption<Duration> BUFFER_INTERVAL =
      ConfigOptions.key("sink.buffer-flush.interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription("Longest time that a row waits in the buffer.");

  public static final ConfigOption<MemorySize> BUFFER_MAX_SIZE =
      ConfigOptions.key("sink.buffer-flush.max-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(8))
          .withDescription(
              "Bytes that a subtask holds at most, buffered and in flight; then it waits.");

  public static final ConfigOption<MemorySize> BATCH_MAX_SIZE =
      ConfigOptions.key("sink.batch.max-size")
          .memoryType()
          .defaultValue(MemorySize.parse("4kb"))
          .withDescription(
              "Bytes of rows of one partition sent in one batch. Cassandra warns from 5 KiB.");

  public static final ConfigOption<MemorySize> MAX_ROW_SIZE =
      ConfigOptions.key("sink.max-row-size")
          .memoryType()
          .defaultValue(MemorySize.parse("15mb"))
          .withDescription(
              "Bytes of the largest row that the sink sends; a larger one is refused. By its own"
                  + " defaults Cassandra takes a request of 16 MiB, and a change of a partition of 16 MiB.");

  public static final ConfigOption<Integer> MAX_IN_FLIGHT =
      ConfigOptions.key("sink.max-in-flight-requests")
          .intType()
          .defaultValue(512)
          .withDescription("Requests of a subtask that may await their answer at once.");

  public static final ConfigOption<Integer> RETRY_MAX_ATTEMPTS =
      ConfigOptions.key("sink.retry.max-attempts")
          .intType()
          .defaultValue(40)
          .withDescription(
              "Tries of one request, the first included, before the job fails. By default"
                  + " 'sink.retry.max-duration' is reached first.");

  public static final ConfigOption<Duration> RETRY_INITIAL_BACKOFF =
      ConfigOptions.key("sink.retry.initial-backoff")
          .durationType()
          .defaultValue(Duration.ofMillis(100))
          .withDescription(
              "Wait before the second try; it doubles with each further one. Half of each wait is"
                  + " random.");

  public static final ConfigOption<Duration> RETRY_MAX_BACKOFF =
      ConfigOptions.key("sink.retry.max-backoff")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription(
              "Longest wait between two tries, of a request and of connecting to a node that is away.");

  public static final ConfigOption<Duration> RETRY_MAX_DURATION =
      ConfigOptions.key("sink.retry.max-duration")
          .durationType()
          .defaultValue(Duration.ofMinutes(2))
          .withDescription(
              "Time, from its first try, within which a request is tried again; then the job fails."
                  + " By default a Cassandra that restarts within a minute is ridden out. Keep it"
                  + " below the checkpoint time-out.");

  public static final ConfigOption<Duration> TIMESTAMP_RESERVE =
      ConfigOptions.key("sink.timestamp-reserve")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "How far ahead write timestamps are reserved in the table tally_write_ceiling.");

  public static final ConfigOption<String> TIMESTAMP_COLUMN =
      ConfigOptions.key("sink.timestamp.column")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Column that holds the write timestamp of each row: BIGINT (microseconds since the"
                  + " epoch), TIMESTAMP(3) or TIMESTAMP_LTZ(3), never null. The version of a row"
                  + " with the highest stays, in whatever order and however often versions are"
                  + " written. Of equal ones a delete wins over a write, then a null, then the"
                  + " greater value, column by column. The column is stored if the Cassandra table"
                  + " has one of its name. If unset, the sink stamps rows in the order in which they"
                  + " come.");

  public static final ConfigOption<NullHandling> NULL_HANDLING =
      ConfigOptions.key("sink.null-handling")
          .enumType(NullHandling.class)
          .defaultValue(NullHandling.WRITE)
          .withDescription("What a null does to its column.");

  public static final ConfigOption<Duration> TTL =
      ConfigOptions.key("sink.ttl")
          .durationType()
          .noDefaultValue()
          .withDescription(
              "Time to live of every row, in whole seconds. If unset, what the Cassandra table has as"
                  + " default.");

  public static final ConfigOption<String> TTL_COLUMN =
      ConfigOptions.key("sink.ttl.column")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Column that holds the time to live of each row: INT or BIGINT, of seconds; null or 0"
                  + " for ever, whatever the Cassandra table's default. The column is not stored.");

  public static final ConfigOption<Integer> PARALLELISM = FactoryUtil.SINK_PARALLELISM;

  public static final ConfigOption<String> BUCKET_COLUMN =
      ConfigOptions.key("bucket.column")
          .stringType()
          .defaultValue("bucket")
          .withDescription("Name of the time bucket's column in the Cassandra table.");

  public static final ConfigOption<String> BUCKET_SOURCE =
      ConfigOptions.key("bucket.source")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Time column of the primary key that the bucket is taken from. Needs 'bucket.width'.");

  public static final ConfigOption<Duration> BUCKET_WIDTH =
      ConfigOptions.key("bucket.width")
          .durationType()
          .noDefaultValue()
          .withDescription("Time that one bucket spans; the bucket is its start, in UTC.");

  public static final ConfigOption<Consistency> READ_CONSISTENCY_LEVEL =
      ConfigOptions.key("read.consistency-level")
          .enumType(Consistency.class)
          .noDefaultValue()
          .withDescription(
              "Replicas that must answer a read, of a scan or a lookup; as 'consistency-level' if"
                  + " unset.");

  public static final ConfigOption<Integer> SCAN_PARALLELISM = FactoryUtil.SOURCE_PARALLELISM;

  public static final ConfigOption<Integer> SCAN_SPLIT_COUNT =
      ConfigOptions.key("scan.split.count")
          .intType()
          .noDefaultValue()
          .withDescription(
              "Token ranges that a scan is cut into, at least: each range of the cluster's ring is"
                  + " one or more. Four for each subtask if unset.");

  public static final ConfigOption<Integer> SCAN_FETCH_SIZE =
      ConfigOptions.key("scan.fetch-size")
          .intType()
          .defaultValue(1_000)
          .withDescription("Rows that a scan reads with one request.");

  public static final ConfigOption<Integer> SCAN_MAX_RETRIES =
      ConfigOptions.key("scan.max-retries")
          .intType()
          .defaultValue(9)
          .withDescription(
              "Further tries of a scan's request, at growing intervals, before the job fails.");

  public static final ConfigOption<Boolean> LOOKUP_ASYNC =
      ConfigOptions.key("lookup.async")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether a lookup join sends requests without waiting for earlier answers; how many"
                  + " may be in flight says table.exec.async-lookup.buffer-capacity.");

  public static final ConfigOption<Integer> LOOKUP_MAX_RETRIES = LookupOptions.MAX_RETRIES;

  public static final ConfigOption<LookupCacheType> LOOKUP_CACHE = LookupOptions.CACHE_TYPE;

  public static final ConfigOption<Long> LOOKUP_CACHE_MAX_ROWS =
      LookupOptions.PARTIAL_CACHE_MAX_ROWS;

  public static final ConfigOption<Duration> LOOKUP_CACHE_EXPIRE_AFTER_WRITE =
      LookupOptions.PARTIAL_CACHE_EXPIRE_AFTER_WRITE;

  public static final ConfigOption<Duration> LOOKUP_CACHE_EXPIRE_AFTER_ACCESS =
      LookupOptions.PARTIAL_CACHE_EXPIRE_AFTER_ACCESS;

  public static final ConfigOption<Boolean> LOOKUP_CACHE_MISSING_KEY =
      LookupOptions.PARTIAL_CACHE_CACHE_MISSING_KEY;

  /**
   * Options that belong together.
   *
   * @param title heading of the group in the reference
   */
  record Group(String title, List<ConfigOption<?>> options) {}

  /** Every option once, in the order of the reference. */
  static final List<Group> GROUPS =
      List.of(
          new Group(
              "Connection",
              List.of(
                  CONTACT_POINTS,
                  LOCAL_DATACENTER,
                  KEYSPACE,
                  TABLE,
                  USERNAME,
                  PASSWORD,
                  CONSISTENCY_LEVEL,
                  REQUEST_TIMEOUT)),
          new Group(
              "Encryption",
              List.of(
                  SSL_ENABLED,
                  SSL_TRUSTSTORE_PATH,
                  SSL_TRUSTSTORE_PASSWORD,
                  SSL_TRUSTSTORE_TYPE,
                  SSL_KEYSTORE_PATH,
                  SSL_KEYSTORE_PASSWORD,
                  SSL_KEYSTORE_TYPE,
                  SSL_HOSTNAME_VERIFICATION)),
          new Group(
              "What is written",
              List.of(
                  NULL_HANDLING,
                  TTL,
                  TTL_COLUMN,
                  TIMESTAMP_COLUMN,
                  TIMESTAMP_RESERVE,
                  BUCKET_SOURCE,
                  BUCKET_WIDTH,
                  BUCKET_COLUMN)),
          new Group(
              "Buffers and requests",
              List.of(
                  BUFFER_MAX_ROWS,
                  BUFFER_INTERVAL,
                  BUFFER_MAX_SIZE,
                  BATCH_MAX_SIZE,
                  MAX_ROW_SIZE,
                  MAX_IN_FLIGHT,
                  PARALLELISM)),
          new Group(
              "Retries",
              List.of(
                  RETRY_MAX_ATTEMPTS,
                  RETRY_MAX_DURATION,
                  RETRY_INITIAL_BACKOFF,
                  RETRY_MAX_BACKOFF)),
          new Group(
              "Scans and lookups",
              List.of(
                  READ_CONSISTENCY_LEVEL,
                  SCAN_PARALLELISM,
                  SCAN_SPLIT_COUNT,
                  SCAN_FETCH_SIZE,
                  SCAN_MAX_RETRIES,
                  LOOKUP_ASYNC,
                  LOOKUP_MAX_RETRIES,
                  LOOKUP_CACHE,
                  LOOKUP_CACHE_MAX_ROWS,
                  LOOKUP_CACHE_EXPIRE_AFTER_WRITE,
                  LOOKUP_CACHE_EXPIRE_AFTER_ACCESS,
                  LOOKUP_CACHE_MISSING_KEY)));

  private CassandraOptions() {}
}
