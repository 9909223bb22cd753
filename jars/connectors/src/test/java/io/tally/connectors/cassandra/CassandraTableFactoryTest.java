package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CassandraTableFactoryTest {

  private static Tables table() {
    return new Tables()
        .column("airport", DataTypes.STRING().notNull())
        .column("window_end", DataTypes.TIMESTAMP(3).notNull())
        .column("flights", DataTypes.BIGINT())
        .key("airport", "window_end");
  }

  private static void refuses(Tables table, String message) {
    assertThatThrownBy(table::sink)
        .rootCause()
        .isInstanceOf(ValidationException.class)
        .hasMessage(message);
  }

  @Test
  void makesASinkThatNamesItsTable() {
    DynamicTableSink sink = table().sink();
    assertThat(sink.asSummaryString()).isEqualTo("Cassandra table ks.t");
  }

  @Test
  void declaresEveryOptionItHas() throws IllegalAccessException {
    List<ConfigOption<?>> declared = new ArrayList<>();
    for (Field field : CassandraOptions.class.getFields()) {
      declared.add((ConfigOption<?>) field.get(null));
    }
    CassandraTableFactory factory = new CassandraTableFactory();
    Set<ConfigOption<?>> known = new HashSet<>(factory.requiredOptions());
    known.addAll(factory.optionalOptions());
    assertThat(known).hasSameElementsAs(declared);
  }

  @Test
  void makesASourceOfATableWithoutPrimaryKeyWhateverTheSinksOptions() {
    DynamicTableSource source =
        new Tables().column("a", DataTypes.INT()).option("sink.ttl", "1 h").source();
    assertThat(source.asSummaryString()).isEqualTo("Cassandra table ks.t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scan.fetch-size | 0 | option 'scan.fetch-size' must be at least 1, not 0",
        "scan.split.count | 0 | option 'scan.split.count' must be at least 1, not 0",
        "scan.max-retries | -1 | option 'scan.max-retries' must be at least 0, not -1",
        "lookup.max-retries | -1 | option 'lookup.max-retries' must be at least 0, not -1",
        "lookup.cache | FULL | option 'lookup.cache' is FULL, which this connector does not offer; choose PARTIAL or NONE",
        "lookup.cache | PARTIAL | option 'lookup.cache' is PARTIAL, and nothing bounds the cache; set lookup.partial-cache.max-rows, lookup.partial-cache.expire-after-write or lookup.partial-cache.expire-after-access",
        "lookup.partial-cache.max-rows | 10 | option 'lookup.partial-cache.max-rows' needs 'lookup.cache' = 'PARTIAL'",
        "lookup.partial-cache.cache-missing-key | false | option 'lookup.partial-cache.cache-missing-key' needs 'lookup.cache' = 'PARTIAL'",
        "read.consistency-level | ANY | option 'read.consistency-level' is ANY, which Cassandra has for writes alone; to read the table set 'read.consistency-level' to another",
        "consistency-level | EACH_QUORUM | option 'consistency-level' is EACH_QUORUM, which Cassandra has for writes alone; to read the table set 'read.consistency-level' to another",
      })
  void refusesToReadWithAValueThatCannotBe(String option, String value, String message) {
    assertThatThrownBy(table().option(option, value)::source)
        .rootCause()
        .isInstanceOf(ValidationException.class)
        .hasMessage(message);
  }

  @Test
  void readsAtItsOwnConsistencyLevelOrAtThatOfWrites() {
    Tables both = table().option("consistency-level", "ALL");
    assertThat(both.readSettings().connection().consistency()).isEqualTo(Consistency.ALL);
    both.option("read.consistency-level", "LOCAL_ONE");
    assertThat(both.readSettings().connection().consistency()).isEqualTo(Consistency.LOCAL_ONE);
    assertThat(both.settings().connection().consistency()).isEqualTo(Consistency.ALL);
  }

  @Test
  void refusesAnOptionItDoesNotKnow() {
    assertThatThrownBy(table().option("consistency", "ONE")::sink)
        .hasStackTraceContaining("Unsupported options found for 'cassandra'.")
        .hasStackTraceContaining("Unsupported options:\n\nconsistency");
  }

  @ParameterizedTest
  @CsvSource({"contact-points", "keyspace", "table"})
  void refusesATableWithoutARequiredOption(String option) {
    assertThatThrownBy(table().without(option)::sink)
        .hasStackTraceContaining("Missing required options are:\n\n" + option);
  }

  @Test
  void refusesATableWithoutPrimaryKey() {
    refuses(
        new Tables().column("a", DataTypes.INT()),
        "table 't' has no primary key; declare PRIMARY KEY (...) NOT ENFORCED");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "contact-points | localhost | option 'contact-points': 'localhost' is not an address; write it as host:port",
        "contact-points | h:9042;h:99999 | option 'contact-points': 'h:99999' is not an address; write it as host:port",
        "sink.max-in-flight-requests | 0 | option 'sink.max-in-flight-requests' must be at least 1, not 0",
        "sink.buffer-flush.max-rows | -1 | option 'sink.buffer-flush.max-rows' must be at least 1, not -1",
        "sink.retry.max-attempts | 0 | option 'sink.retry.max-attempts' must be at least 1, not 0",
        "sink.retry.max-backoff | 10 ms | option 'sink.retry.max-backoff' (10 ms) is less than 'sink.retry.initial-backoff' (100 ms)",
        "sink.retry.max-duration | 9 s | option 'sink.retry.max-duration' (9000 ms) is less than 'request-timeout' (10000 ms); a request that times out would never be tried again",
        "sink.batch.max-size | 9 mb | option 'sink.batch.max-size' (9437184 bytes) is more than 'sink.buffer-flush.max-size' (8388608 bytes); a batch cannot be larger than the buffer it is taken from",
        "sink.buffer-flush.interval | 0 s | option 'sink.buffer-flush.interval' must be at least 1 ms, not 0 ms",
        "sink.timestamp-reserve | 10 ms | option 'sink.timestamp-reserve' must be at least 1000 ms, not 10 ms",
        "request-timeout | 0 s | option 'request-timeout' must be at least 1 ms, not 0 ms",
        "sink.buffer-flush.max-size | 0 b | option 'sink.buffer-flush.max-size' must not be 0",
        "sink.batch.max-size | 0 b | option 'sink.batch.max-size' must not be 0",
        "sink.ttl | 1500 ms | option 'sink.ttl' must be whole seconds, from 1 s to 7300 days",
        "sink.ttl | 7301 d | option 'sink.ttl' must be whole seconds, from 1 s to 7300 days",
        "sink.ttl.column | ttl | option 'sink.ttl.column': no column 'ttl'; the columns are [airport, window_end, flights]",
        "sink.ttl.column | window_end | option 'sink.ttl.column': column 'window_end' is TIMESTAMP(3); a time to live needs INT or BIGINT, of seconds",
        "sink.timestamp.column | airport | option 'sink.timestamp.column': column 'airport' is STRING; a write timestamp needs BIGINT (microseconds), TIMESTAMP(3) or TIMESTAMP_LTZ(3)",
        "ssl.truststore.path | /trust.p12 | option 'ssl.truststore.path' needs 'ssl.enabled' = 'true'",
        "username | tally | options 'username' and 'password' go together; set both",
        "bucket.source | window_end | options 'bucket.source' and 'bucket.width' go together; set both or neither",
        "bucket.width | 1 d | options 'bucket.source' and 'bucket.width' go together; set both or neither",
        "bucket.column | day | option 'bucket.column' needs 'bucket.source' and 'bucket.width'",
      })
  void refusesAValueThatCannotBe(String option, String value, String message) {
    refuses(table().option(option, value), message);
  }

  @Test
  void refusesSteeringColumnsThatContradict() {
    Tables table =
        table()
            .option("sink.ttl", "1 h")
            .option("sink.ttl.column", "flights")
            .option("sink.timestamp.column", "flights")
            .option("sink.timestamp-reserve", "1 min");
    refuses(
        table,
        """
        3 options are wrong:
        - options 'sink.ttl' and 'sink.ttl.column' contradict each other; set one of them
        - options 'sink.timestamp.column' and 'sink.timestamp-reserve' contradict each other; timestamps of a column are not reserved
        - options 'sink.ttl.column' and 'sink.timestamp.column' both name 'flights'; one column cannot be both"""
            .replace("\n", System.lineSeparator()));
    refuses(
        new Tables()
            .column("k", DataTypes.BIGINT().notNull())
            .key("k")
            .option("sink.ttl.column", "k"),
        "option 'sink.ttl.column': column 'k' is in the primary key, so it is stored;"
            + " a time to live needs a column of its own");
  }

  @Test
  void refusesAStorePasswordWithoutStore() {
    refuses(
        table().option("ssl.enabled", "true").option("ssl.keystore.password", "s3cret"),
        "option 'ssl.keystore.password' needs 'ssl.keystore.path'");
  }

  @Test
  void readsNullHandling() {
    assertThat(table().settings().nulls()).isEqualTo(NullHandling.WRITE);
    assertThat(table().option("sink.null-handling", "unset").settings().nulls())
        .isEqualTo(NullHandling.UNSET);
    assertThatThrownBy(table().option("sink.null-handling", "skip")::sink)
        .hasStackTraceContaining("Invalid value for option 'sink.null-handling'.")
        .hasStackTraceContaining("[write, unset]");
  }

  @Test
  void namesAllThatIsWrongAtOnce() {
    Tables table =
        table()
            .option("contact-points", "a;b:9042;c")
            .option("username", "tally")
            .option("bucket.width", "1 d")
            .option("sink.ttl", "0 s")
            .option("sink.retry.max-attempts", "0");
    refuses(
        table,
        """
        6 options are wrong:
        - options 'bucket.source' and 'bucket.width' go together; set both or neither
        - options 'username' and 'password' go together; set both
        - option 'contact-points': 'a' is not an address; write it as host:port
        - option 'contact-points': 'c' is not an address; write it as host:port
        - option 'sink.retry.max-attempts' must be at least 1, not 0
        - option 'sink.ttl' must be whole seconds, from 1 s to 7300 days"""
            .replace("\n", System.lineSeparator()));
  }

  @Test
  void refusesAConsistencyLevelThatIsNone() {
    assertThatThrownBy(table().option("consistency-level", "most")::sink)
        .hasStackTraceContaining("Invalid value for option 'consistency-level'.")
        .hasStackTraceContaining("LOCAL_QUORUM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "window | option 'bucket.source': no column 'window'; the columns are [airport, window_end, flights]",
        "airport | option 'bucket.source': column 'airport' is STRING NOT NULL; a bucket needs TIMESTAMP or TIMESTAMP_LTZ",
      })
  void refusesABucketWithoutTimeColumn(String source, String message) {
    refuses(table().option("bucket.source", source).option("bucket.width", "1 d"), message);
  }

  @Test
  void refusesABucketThatIsNotPartOfTheKey() {
    refuses(
        table().key("airport").option("bucket.source", "window_end").option("bucket.width", "1 d"),
        "option 'bucket.source': column 'window_end' is not in the primary key [airport];"
            + " a row's bucket may not change");
  }

  @Test
  void refusesABucketNamedAsAColumn() {
    refuses(
        table()
            .option("bucket.source", "window_end")
            .option("bucket.width", "1 d")
            .option("bucket.column", "flights"),
        "option 'bucket.column': the table has a column 'flights' already; choose another name");
  }

  @Test
  void refusesATypeThatCassandraLacks() {
    refuses(
        table().column("at", DataTypes.TIMESTAMP(6)),
        "column 'at' is TIMESTAMP(6), which Cassandra cannot store;"
            + " use CAST(`at` AS TIMESTAMP(3))");
  }

  @Test
  void hidesThePassword() {
    SinkSettings settings =
        table().option("username", "tally").option("password", "s3cret").settings();
    assertThat(settings.connection().password()).isEqualTo("s3cret");
    assertThat(settings.toString()).doesNotContain("s3cret").doesNotContain("password");
  }

  @Test
  void readsSeveralContactPoints() {
    SinkSettings settings = table().option("contact-points", "a:1;[::1]:9042").settings();
    assertThat(settings.connection().contactPoints())
        .containsExactly(new ContactPoint("a", 1), new ContactPoint("[::1]", 9042));
    assertThat(new ContactPoint("[::1]", 9042).address().getAddress().isLoopbackAddress()).isTrue();
  }
}
