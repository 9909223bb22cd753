package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.cql.SimpleStatement;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sink against a real server, the {@link SharedServer}. */
class CassandraServerTest {

  private static final long HOUR = 3_600_000_000L;
  private static final String KEYSPACE = "connectors_" + System.nanoTime();

  private static CqlSession session;
  private static String contactPoint;

  @BeforeAll
  static void connect() throws Exception {
    contactPoint = SharedServer.contactPoint();
    session = Sessions.open(kv("none").settings(), KEYSPACE);
    session.execute(
        "CREATE KEYSPACE %s WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"
            .formatted(KEYSPACE));
  }

  @AfterAll
  static void dropAll() throws Exception {
    if (session != null) {
      session.execute(
          SimpleStatement.newInstance("DROP KEYSPACE IF EXISTS " + KEYSPACE)
              .setTimeout(Duration.ofSeconds(30)));
      session.close();
    }
  }

  private static Tables table(String name) {
    return new Tables()
        .option("contact-points", contactPoint)
        .option("keyspace", KEYSPACE)
        .option("table", name);
  }

  private static Tables kv(String name) {
    return table(name)
        .column("k", DataTypes.STRING().notNull())
        .column("v", DataTypes.BIGINT())
        .key("k");
  }

  private static void execute(String cql) {
    session.execute(
        SimpleStatement.newInstance(cql.replace("KS", KEYSPACE))
            .setTimeout(Duration.ofSeconds(30)));
  }

  private static List<Row> rows(String cql) {
    return session.execute(cql.replace("KS", KEYSPACE)).all();
  }

  private static CassandraSinkWriter open(Tables table) throws IOException {
    return sink(table).createWriter(new FakeTask());
  }

  private static CassandraSinkWriter open(Tables table, LongSupplier clock) throws IOException {
    return sink(table).createWriter(new FakeTask(), clock);
  }

  private static CassandraSink sink(Tables table) {
    return new CassandraSink(
        table.target(), table.target().columns(), table.steering(), table.settings());
  }

  private static void write(CassandraSinkWriter writer, RowData... rows) throws Exception {
    for (RowData row : rows) {
      writer.write(row, null);
    }
    writer.flush(false);
  }

  private static GenericRowData kv(RowKind kind, String k, Long v) {
    return GenericRowData.ofKind(kind, StringData.fromString(k), v);
  }

  private static long micros() {
    return System.currentTimeMillis() * 1_000;
  }

  @Test
  void storesEveryType() throws Exception {
    execute(
        "CREATE TABLE KS.types (s text, b boolean, y blob, t tinyint, m smallint, i int, l bigint,"
            + " f float, d double, n decimal, a date, o time, x timestamp, z timestamp,"
            + " r frozen<list<int>>, p map<text, bigint>, PRIMARY KEY (s, x))");
    Tables types =
        table("types")
            .column("s", DataTypes.STRING().notNull())
            .column("b", DataTypes.BOOLEAN())
            .column("y", DataTypes.BYTES())
            .column("t", DataTypes.TINYINT())
            .column("m", DataTypes.SMALLINT())
            .column("i", DataTypes.INT())
            .column("l", DataTypes.BIGINT())
            .column("f", DataTypes.FLOAT())
            .column("d", DataTypes.DOUBLE())
            .column("n", DataTypes.DECIMAL(10, 2))
            .column("a", DataTypes.DATE())
            .column("o", DataTypes.TIME())
            .column("x", DataTypes.TIMESTAMP(3).notNull())
            .column("z", DataTypes.TIMESTAMP_LTZ(3))
            .column("r", DataTypes.ARRAY(DataTypes.INT()))
            .column("p", DataTypes.MAP(DataTypes.STRING(), DataTypes.BIGINT()))
            .key("s", "x");
    TimestampData time = TimestampData.fromEpochMillis(1_234_567_890_123L);
    GenericRowData values =
        GenericRowData.of(
            StringData.fromString("k"),
            true,
            new byte[] {7},
            (byte) 1,
            (short) 2,
            3,
            4L,
            5f,
            6d,
            DecimalData.fromBigDecimal(new BigDecimal("7.10"), 10, 2),
            1,
            1_000,
            time,
            time,
            new GenericArrayData(new int[] {1, 2}),
            new GenericMapData(Map.of(StringData.fromString("q"), 8L)));
    CassandraSinkWriter writer = open(types);
    write(writer, values);
    Row row = rows("SELECT * FROM KS.types").get(0);
    List<Object> found = new ArrayList<>();
    for (String column : "s b y t m i l f d n a o x z r p".split(" ")) {
      found.add(row.getObject(column));
    }
    Instant instant = time.toInstant();
    assertThat(found)
        .containsExactly(
            "k",
            true,
            ByteBuffer.wrap(new byte[] {7}),
            (byte) 1,
            (short) 2,
            3,
            4L,
            5f,
            6d,
            new BigDecimal("7.10"),
            LocalDate.of(1970, 1, 2),
            LocalTime.of(0, 0, 1),
            instant,
            instant,
            List.of(1, 2),
            Map.of("q", 8L));

    GenericRowData nulls = new GenericRowData(16);
    nulls.setField(0, StringData.fromString("k"));
    nulls.setField(12, time);
    write(writer, nulls);
    writer.close();
    Row emptied = rows("SELECT * FROM KS.types").get(0);
    for (String column : "b y t m i l f d n a o z r p".split(" ")) {
      assertThat(emptied.isNull(column)).as(column).isTrue();
    }
  }

  @Test
  void upsertsAndDeletesByFullKeyUnderNamesThatNeedQuotes() throws Exception {
    execute(
        "CREATE TABLE KS.\"Group\" (\"order\" text, \"Set\" int, \"token\" bigint,"
            + " PRIMARY KEY (\"order\", \"Set\"))");
    Tables group =
        table("Group")
            .column("Set", DataTypes.INT().notNull())
            .column("token", DataTypes.BIGINT())
            .column("order", DataTypes.STRING().notNull())
            .key("Set", "order");
    CassandraSinkWriter writer = open(group);
    StringData a = StringData.fromString("a");
    for (int set = 0; set < 3; set++) {
      writer.write(GenericRowData.of(set, 1L, a), null);
    }
    writer.flush(false);
    write(
        writer,
        GenericRowData.ofKind(RowKind.UPDATE_AFTER, 1, 2L, a),
        GenericRowData.ofKind(RowKind.DELETE, 2, 1L, a));
    writer.close();
    assertThat(rows("SELECT \"Set\", \"token\" FROM KS.\"Group\""))
        .extracting(row -> row.getInt(0) + "=" + row.getLong(1))
        .containsExactly("0=1", "1=2");
  }

  @Test
  void aPartialInsertTouchesOnlyTheColumnsItNames() throws Exception {
    execute("CREATE TABLE KS.partly (k text PRIMARY KEY, v bigint, w bigint)");
    execute("INSERT INTO KS.partly (k, v, w) VALUES ('kept', 1, 1) USING TIMESTAMP 1");
    execute("INSERT INTO KS.partly (k, v, w) VALUES ('gone', 1, 1) USING TIMESTAMP 1");
    Tables partly = kv("partly").column("w", DataTypes.BIGINT());
    TargetTable table = partly.target();
    CassandraSinkWriter writer =
        new CassandraSink(
                table, table.columns().subList(0, 2), partly.steering(), partly.settings())
            .createWriter(new FakeTask());
    StringData gone = StringData.fromString("gone");
    write(
        writer,
        GenericRowData.of(StringData.fromString("kept"), 2L, null),
        GenericRowData.ofKind(RowKind.DELETE, gone, 1L, 1L),
        GenericRowData.of(gone, 2L, null));
    writer.close();
    assertThat(rows("SELECT k, v, w FROM KS.partly"))
        .extracting(row -> row.getString(0) + "=" + row.getLong(1) + "," + row.getObject(2))
        .containsExactlyInAnyOrder("kept=2,1", "gone=2,null");
  }

  @Test
  void addsTheTimeBucketAlsoToDeletes() throws Exception {
    execute(
        "CREATE TABLE KS.series (bucket timestamp, at timestamp, v bigint,"
            + " PRIMARY KEY (bucket, at)) WITH CLUSTERING ORDER BY (at DESC)");
    Tables series =
        table("series")
            .column("at", DataTypes.TIMESTAMP(3).notNull())
            .column("v", DataTypes.BIGINT())
            .key("at")
            .option("bucket.source", "at")
            .option("bucket.width", "1 d");
    CassandraSinkWriter writer = open(series);
    Instant noon = Instant.parse("2013-01-02T12:00:00Z");
    TimestampData kept = TimestampData.fromInstant(noon);
    TimestampData gone = TimestampData.fromInstant(noon.plusSeconds(1));
    write(writer, GenericRowData.of(kept, 1L), GenericRowData.of(gone, 2L));
    write(writer, GenericRowData.ofKind(RowKind.DELETE, gone, 2L));
    writer.close();
    assertThat(rows("SELECT bucket, at, v FROM KS.series WHERE bucket = '2013-01-02'"))
        .extracting(row -> List.of(row.getInstant(0), row.getInstant(1), row.getLong(2)))
        .containsExactly(List.of(Instant.parse("2013-01-02T00:00:00Z"), noon, 1L));
  }

  @Test
  void aRestartOnAMachineWhoseClockIsBehindStillWins() throws Exception {
    execute("CREATE TABLE KS.restarted (k text PRIMARY KEY, v bigint)");
    Tables table = kv("restarted");
    CassandraSinkWriter ahead = open(table, () -> micros() + HOUR);
    write(ahead, kv(RowKind.INSERT, "a", 1L), kv(RowKind.INSERT, "b", 1L));
    ahead.close();
    CassandraSinkWriter behind = open(table, () -> micros() - HOUR);
    write(behind, kv(RowKind.UPDATE_AFTER, "a", 2L), kv(RowKind.DELETE, "b", 1L));
    behind.close();
    assertThat(rows("SELECT k, v FROM KS.restarted"))
        .extracting(row -> row.getString(0) + "=" + row.getLong(1))
        .containsExactly("a=2");
    long ceiling =
        rows("SELECT ceiling FROM KS.tally_write_ceiling WHERE table_name = 'restarted'")
            .get(0)
            .getLong(0);
    assertThat(ceiling).isGreaterThan(micros() + HOUR);
  }

  @Test
  void anOlderWriteThatComesLateLoses() throws Exception {
    execute("CREATE TABLE KS.late (k text PRIMARY KEY, v bigint)");
    TargetTable table = kv("late").target();
    KeyColumns key = new KeyColumns(List.of("k"), List.of());
    RowEncoder encoder =
        new RowEncoder(table, table.columns(), kv("late").server(List.of("k"), List.of()));
    DriverRowStore store =
        new DriverRowStore(
            session,
            Statements.insert(table, encoder.columnsSet(), 0),
            Statements.delete(table, key),
            false);
    RowWrite older = encoder.encode(kv(RowKind.INSERT, "a", 1L), 100);
    RowWrite newer = encoder.encode(kv(RowKind.INSERT, "a", 2L), 101);
    RowWrite delete = encoder.encode(kv(RowKind.DELETE, "b", 0L), 103);
    RowWrite deleted = encoder.encode(kv(RowKind.INSERT, "b", 1L), 102);
    for (RowWrite write : List.of(newer, older, delete, deleted, newer)) {
      store.send(List.of(write)).toCompletableFuture().join();
    }
    assertThat(rows("SELECT k, v, writetime(v) FROM KS.late"))
        .extracting(row -> row.getString(0) + "=" + row.getLong(1) + "@" + row.getLong(2))
        .containsExactly("a=2@101");
  }

  @Test
  void aFullBatchDrawsNoWarning() {
    execute("CREATE TABLE KS.batched (k text, c int, v bigint, PRIMARY KEY (k, c))");
    Tables flinkTable =
        table("batched")
            .column("k", DataTypes.STRING().notNull())
            .column("c", DataTypes.INT().notNull())
            .column("v", DataTypes.BIGINT())
            .key("k", "c");
    TargetTable table = flinkTable.target();
    KeyColumns key = new KeyColumns(List.of("k"), List.of("c"));
    RowEncoder encoder =
        new RowEncoder(table, table.columns(), flinkTable.server(List.of("k"), List.of("c")));
    WriteBuffer buffer =
        new WriteBuffer(Coalescing.LAST, flinkTable.settings().buffer().batchBytes());
    for (int i = 0; i < 1_000; i++) {
      buffer.add(encoder.encode(GenericRowData.of(StringData.fromString("k"), i, 1L), 1 + i));
    }
    List<RowWrite> batch = buffer.poll();
    DriverRowStore store =
        new DriverRowStore(
            session,
            Statements.insert(table, encoder.columnsSet(), 0),
            Statements.delete(table, key),
            false);
    assertThat(batch).hasSizeGreaterThan(30);
    assertThat(session.execute(store.statement(batch)).getExecutionInfo().getWarnings()).isEmpty();
  }

  @Test
  void setsATimeToLive() throws Exception {
    execute("CREATE TABLE KS.passing (k text PRIMARY KEY, v bigint)");
    CassandraSinkWriter writer = open(kv("passing").option("sink.ttl", "1 h"));
    write(writer, kv(RowKind.INSERT, "a", 1L));
    writer.close();
    assertThat(rows("SELECT ttl(v) FROM KS.passing").get(0).getInt(0)).isBetween(3_500, 3_600);
  }

  private static GenericRowData three(String k, Object a, Object b, Object c) {
    return GenericRowData.of(StringData.fromString(k), a, b, c);
  }

  private static Tables three(String name) {
    return table(name)
        .column("k", DataTypes.STRING().notNull())
        .column("a", DataTypes.INT())
        .column("b", DataTypes.INT())
        .column("c", DataTypes.BIGINT())
        .key("k");
  }

  @Test
  void leavesNullsUnset() throws Exception {
    execute("CREATE TABLE KS.unset (k text PRIMARY KEY, a int, b int, c bigint)");
    CassandraSinkWriter writer = open(three("unset").option("sink.null-handling", "unset"));
    write(writer, three("x", 1, 1, null));
    write(writer, three("x", null, 2, null), three("x", null, null, 3L), three("y", 1, null, null));
    writer.close();
    assertThat(rows("SELECT k, a, b, c FROM KS.unset"))
        .extracting(Row::getFormattedContents)
        .containsExactlyInAnyOrder("[k:'x', a:1, b:2, c:3]", "[k:'y', a:1, b:NULL, c:NULL]");
  }

  @Test
  void takesTheTimeToLiveOfEachRowFromAColumn() throws Exception {
    execute(
        "CREATE TABLE KS.each (k text PRIMARY KEY, a int, b int) WITH default_time_to_live = 9");
    CassandraSinkWriter writer =
        open(three("each").option("sink.ttl.column", "c").option("sink.null-handling", "unset"));
    write(
        writer,
        three("x", 1, null, 3_600L),
        three("x", null, 2, null),
        three("y", 1, 2, 7_200L),
        three("y", 3, 4, 0L));
    writer.close();
    assertThat(rows("SELECT k, a, ttl(a), b, ttl(b) FROM KS.each"))
        .extracting(
            row ->
                "%s a=%d %b b=%d %b"
                    .formatted(
                        row.getString(0),
                        row.getInt(1),
                        row.getInt(2) > 3_500,
                        row.getInt(3),
                        row.isNull(4)))
        .containsExactlyInAnyOrder("x a=1 true b=2 true", "y a=3 false b=4 true");
  }

  @Test
  void theLastEventWinsWhenAColumnHasTheWriteTimestamp() throws Exception {
    execute("CREATE TABLE KS.events (k text PRIMARY KEY, a int, b int, c bigint)");
    execute("CREATE TABLE KS.unstored (k text PRIMARY KEY, a int, b int)");
    for (String name : List.of("events", "unstored")) {
      CassandraSinkWriter writer = open(three(name).option("sink.timestamp.column", "c"));
      write(writer, three("x", 1, 1, 100L), three("y", 1, 1, 100L), three("z", 1, 1, 100L));
      write(writer, three("x", 2, null, 90L), three("y", 2, null, 110L));
      GenericRowData delete = three("z", 1, 1, 100L);
      delete.setRowKind(RowKind.DELETE);
      write(writer, delete);
      write(writer, three("z", 0, 0, 99L));
      writer.close();
      assertThat(rows("SELECT k, a, b, writetime(a) AS w FROM KS." + name))
          .extracting(Row::getFormattedContents)
          .containsExactlyInAnyOrder("[k:'x', a:1, b:1, w:100]", "[k:'y', a:2, b:NULL, w:110]");
    }
    assertThat(rows("SELECT c FROM KS.events WHERE k = 'y'").get(0).getLong(0)).isEqualTo(110);
    assertThat(
            rows("SELECT * FROM KS.tally_write_ceiling WHERE table_name IN ('events', 'unstored')"))
        .isEmpty();
  }

  /** Cassandra resolves equal timestamps cell by cell, within a batch as across. */
  @Test
  void equalTimestampsAreResolvedAlikeInOneFlushOrInTwo() throws Exception {
    execute("CREATE TABLE KS.ties (k text PRIMARY KEY, a int, b int, c bigint)");
    CassandraSinkWriter writer = open(three("ties").option("sink.timestamp.column", "c"));
    write(writer, three("x", 1, 9, 5L), three("x", 2, null, 5L));
    write(writer, three("y", 2, null, 5L));
    write(writer, three("y", 1, 9, 5L));
    writer.close();
    assertThat(rows("SELECT k, a, b FROM KS.ties"))
        .extracting(Row::getFormattedContents)
        .containsExactlyInAnyOrder("[k:'x', a:2, b:NULL]", "[k:'y', a:2, b:NULL]");
  }

  private static void refuses(Tables table, String message) {
    assertThatThrownBy(() -> open(table))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(message.replace("KS", KEYSPACE));
  }

  @Test
  void refusesATableThatDoesNotFit() {
    execute("CREATE TABLE KS.other (k text, c int, v text, PRIMARY KEY (k, c))");
    refuses(
        kv("absent").option("keyspace", "nowhere"), "keyspace nowhere does not exist in Cassandra");
    refuses(kv("absent"), "table KS.absent does not exist in Cassandra");
    refuses(
        kv("other").column("w", DataTypes.INT()),
        "table KS.other in Cassandra does not fit the Flink table:\n"
            + "  column v is BIGINT in Flink and text in Cassandra:"
            + " BIGINT goes into bigint, text takes STRING\n"
            + "  column w does not exist in Cassandra; INT goes into int or bigint\n"
            + "  the primary key is (k) in Flink and (k, c) in Cassandra");
  }

  @Test
  void refusesADataCentreThatIsNotThere() {
    refuses(
        kv("absent").option("local-datacenter", "elsewhere"),
        "no Cassandra node is in data centre 'elsewhere' (option 'local-datacenter');"
            + " there is datacenter1");
  }

  @Test
  void refusesAnEmptyPartitionKeyBeforeTheServerDoes() throws Exception {
    execute("CREATE TABLE KS.keyed (k text PRIMARY KEY, v bigint)");
    try (CassandraSinkWriter writer = open(kv("keyed"))) {
      assertThatThrownBy(() -> write(writer, kv(RowKind.INSERT, "", 1L)))
          .isInstanceOf(CassandraRefusedException.class)
          .hasMessage(
              "partition key of %s.keyed: column k is empty, and Cassandra takes no empty partition key"
                  .formatted(KEYSPACE));
    }
  }

  /** The limits that the encoder keeps are the server's own, to the byte. */
  @Test
  void takesTheLongestKeysThatTheSinkSends() throws Exception {
    execute(
        "CREATE TABLE KS.long_keys (k text, l text, c text, d text, v bigint, PRIMARY KEY ((k, l), c, d))");
    Tables table =
        table("long_keys")
            .column("k", DataTypes.STRING().notNull())
            .column("l", DataTypes.STRING().notNull())
            .column("c", DataTypes.STRING().notNull())
            .column("d", DataTypes.STRING().notNull())
            .column("v", DataTypes.BIGINT())
            .key("k", "l", "c", "d");
    try (CassandraSinkWriter writer = open(table)) {
      write(writer, longKeys(65_529, 0, 65_535, 0));
      write(writer, longKeys(65_520, 9, 0, 0));
      assertThatThrownBy(() -> write(writer, longKeys(65_520, 10, 0, 0)))
          .hasMessageContaining("columns k, l have 65536 bytes");
      assertThatThrownBy(() -> write(writer, longKeys(1, 0, 65_535, 1)))
          .hasMessageContaining("columns c, d have 65536 bytes");
    }
    assertThat(rows("SELECT v FROM KS.long_keys")).hasSize(2);
  }

  private static GenericRowData longKeys(int... lengths) {
    GenericRowData row = new GenericRowData(lengths.length + 1);
    for (int i = 0; i < lengths.length; i++) {
      row.setField(i, StringData.fromString("x".repeat(lengths[i])));
    }
    row.setField(lengths.length, 1L);
    return row;
  }

  @Test
  void saysWhichAddressDoesNotAnswer() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    long start = System.nanoTime();
    assertThatThrownBy(() -> open(kv("t").option("contact-points", "127.0.0.1:" + port)))
        .isInstanceOf(CassandraSinkException.class)
        .hasMessage("cannot reach Cassandra at 127.0.0.1:%d: Connection refused".formatted(port));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource({"no-such-host.invalid:9042"})
  void saysWhichHostIsUnknown(String address) {
    assertThatThrownBy(() -> open(kv("t").option("contact-points", address)))
        .isInstanceOf(CassandraSinkException.class)
        .hasMessage("cannot reach Cassandra at %s: unknown host".formatted(address));
  }

  @Test
  void oneContactPointThatAnswersIsEnough() throws Exception {
    execute("CREATE TABLE KS.reached (k text PRIMARY KEY, v bigint)");
    int closed;
    try (ServerSocket free = new ServerSocket(0)) {
      closed = free.getLocalPort();
    }
    String addresses = "no-such-host.invalid:9042;127.0.0.1:" + closed + ";" + contactPoint;
    CassandraSinkWriter writer = open(kv("reached").option("contact-points", addresses));
    write(writer, kv(RowKind.INSERT, "a", 1L));
    writer.close();
    assertThat(rows("SELECT v FROM KS.reached").get(0).getLong(0)).isEqualTo(1);
  }

  @Test
  void saysWhenAServerAcceptsButDoesNotAnswer() throws Exception {
    try (ServerSocket mute = new ServerSocket(0)) {
      String address = "127.0.0.1:" + mute.getLocalPort();
      assertThatThrownBy(
              () ->
                  open(kv("t").option("contact-points", address).option("request-timeout", "1 s")))
          .isInstanceOf(CassandraSinkException.class)
          .hasMessage(
              "cannot reach Cassandra at %s: %s"
                  .formatted(
                      address,
                      "Protocol initialization request, step 1 (OPTIONS): timed out after 1000 ms"));
    }
  }
}
