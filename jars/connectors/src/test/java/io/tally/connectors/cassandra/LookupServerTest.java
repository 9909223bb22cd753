package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.data.TupleValue;
import com.datastax.oss.driver.api.core.data.UdtValue;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LookupServerTest {

  @RegisterExtension static final Server SERVER = new Server();

  private static LookupQuery query(Tables declared, String... given) {
    TargetTable table = declared.toRead();
    List<Column> keys = Arrays.stream(given).map(table::column).toList();
    return new LookupQuery(table, table.columns(), keys, declared.readSettings());
  }

  private static Collection<RowData> find(LookupQuery query, Object... given) throws Exception {
    try (RowLookup lookup = query.open()) {
      return lookup.find(GenericRowData.of(given)).join();
    }
  }

  private static StringData text(String text) {
    return StringData.fromString(text);
  }

  private static void refuses(LookupQuery query, String message) {
    assertThatThrownBy(query::open)
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(SERVER.text(message));
  }

  @Test
  void readsEveryTypeThatTheDriverWrites() throws Exception {
    SERVER.execute("CREATE TYPE KS.place (street text, number int, note text)");
    SERVER.execute(
        "CREATE TABLE KS.types (k text PRIMARY KEY, a ascii, u uuid, tu timeuuid, i4 inet, i6 inet,"
            + " b boolean, y blob, t tinyint, m smallint, i int, l bigint, vi varint, f float,"
            + " d double, n decimal, dt date, o time, x timestamp, z timestamp, r list<int>,"
            + " s set<text>, p map<text, bigint>, c place, rr frozen<list<frozen<list<int>>>>,"
            + " tt tuple<int, text>, ve vector<float, 2>, wide tinyint)");
    UserDefinedType place =
        SERVER
            .session()
            .getMetadata()
            .getKeyspace(SERVER.keyspace)
            .flatMap(found -> found.getUserDefinedType("place"))
            .orElseThrow();
    UdtValue home = place.newValue("Main Street", 7, null);
    TupleType pair =
        com.datastax.oss.driver.api.core.type.DataTypes.tupleOf(
            com.datastax.oss.driver.api.core.type.DataTypes.INT,
            com.datastax.oss.driver.api.core.type.DataTypes.TEXT);
    TupleValue tuple = pair.newValue(1, "one");
    UUID uuid = UUID.fromString("123e4567-e89b-42d3-a456-426614174000");
    UUID timeUuid = UUID.fromString("f4745ce0-0ba8-11e4-9191-0800200c9a66");
    Instant instant = Instant.parse("2013-01-02T03:04:05.678Z");
    SERVER
        .session()
        .execute(
            SERVER
                .session()
                .prepare(
                    SERVER.text(
                        "INSERT INTO KS.types (k, a, u, tu, i4, i6, b, y, t, m, i, l, vi, f, d, n,"
                            + " dt, o, x, z, r, s, p, c, rr, tt, ve, wide) VALUES (?, ?, ?, ?, ?, ?,"
                            + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"))
                .bind(
                    "k",
                    "plain",
                    uuid,
                    timeUuid,
                    InetAddress.getByName("192.0.2.1"),
                    InetAddress.getByName("2001:db8::1"),
                    true,
                    ByteBuffer.wrap(new byte[] {0, -1}),
                    (byte) -1,
                    (short) -2,
                    -3,
                    Long.MIN_VALUE,
                    new BigInteger("-123456789012345678901234567890"),
                    1.5f,
                    -2.5d,
                    new BigDecimal("7.1"),
                    LocalDate.of(1969, 12, 31),
                    LocalTime.of(1, 2, 3, 4_000_000),
                    instant,
                    instant,
                    List.of(3, 1, 2),
                    Set.of("b", "a"),
                    Map.of("q", 8L),
                    home,
                    List.of(List.of(1), List.of()),
                    tuple,
                    com.datastax.oss.driver.api.core.data.CqlVector.newInstance(1f, 2f),
                    (byte) 5));
    Tables types =
        SERVER
            .table("types")
            .column("k", DataTypes.STRING().notNull())
            .column("a", DataTypes.STRING())
            .column("u", DataTypes.STRING())
            .column("tu", DataTypes.CHAR(36))
            .column("i4", DataTypes.STRING())
            .column("i6", DataTypes.VARCHAR(40))
            .column("b", DataTypes.BOOLEAN())
            .column("y", DataTypes.BYTES())
            .column("t", DataTypes.TINYINT())
            .column("m", DataTypes.SMALLINT())
            .column("i", DataTypes.INT())
            .column("l", DataTypes.BIGINT())
            .column("vi", DataTypes.DECIMAL(30, 0))
            .column("f", DataTypes.FLOAT())
            .column("d", DataTypes.DOUBLE())
            .column("n", DataTypes.DECIMAL(10, 2))
            .column("dt", DataTypes.DATE())
            .column("o", DataTypes.TIME(3))
            .column("x", DataTypes.TIMESTAMP(3))
            .column("z", DataTypes.TIMESTAMP_LTZ(3))
            .column("r", DataTypes.ARRAY(DataTypes.INT()))
            .column("s", DataTypes.ARRAY(DataTypes.STRING()))
            .column("p", DataTypes.MAP(DataTypes.STRING(), DataTypes.BIGINT()))
            .column(
                "c",
                DataTypes.ROW(
                    DataTypes.FIELD("note", DataTypes.STRING()),
                    DataTypes.FIELD("number", DataTypes.BIGINT())))
            .column("rr", DataTypes.ARRAY(DataTypes.ARRAY(DataTypes.INT())))
            .column(
                "tt",
                DataTypes.ROW(
                    DataTypes.FIELD("x", DataTypes.INT()),
                    DataTypes.FIELD("y", DataTypes.STRING())))
            .column("ve", DataTypes.ARRAY(DataTypes.FLOAT()))
            .column("wide", DataTypes.BIGINT());
    TimestampData time = TimestampData.fromInstant(instant);
    assertThat(find(query(types, "k"), text("k")))
        .containsExactly(
            GenericRowData.of(
                text("k"),
                text("plain"),
                text(uuid.toString()),
                text(timeUuid.toString()),
                text("192.0.2.1"),
                text("2001:db8::1"),
                true,
                new byte[] {0, -1},
                (byte) -1,
                (short) -2,
                -3,
                Long.MIN_VALUE,
                DecimalData.fromBigDecimal(
                    new BigDecimal("-123456789012345678901234567890"), 30, 0),
                1.5f,
                -2.5d,
                DecimalData.fromBigDecimal(new BigDecimal("7.10"), 10, 2),
                -1,
                3_723_004,
                time,
                time,
                new GenericArrayData(new Object[] {3, 1, 2}),
                new GenericArrayData(new Object[] {text("a"), text("b")}),
                new GenericMapData(Map.of(text("q"), 8L)),
                GenericRowData.of(null, 7L),
                new GenericArrayData(
                    new Object[] {
                      new GenericArrayData(new Object[] {1}), new GenericArrayData(new Object[] {})
                    }),
                GenericRowData.of(1, text("one")),
                new GenericArrayData(new float[] {1f, 2f}),
                5L));

    SERVER.execute("INSERT INTO KS.types (k, i) VALUES ('nulls', 1)");
    GenericRowData nulls = new GenericRowData(28);
    nulls.setField(0, text("nulls"));
    nulls.setField(10, 1);
    assertThat(find(query(types, "k"), text("nulls"))).containsExactly(nulls);
  }

  @Test
  void findsNothingForAKeyThatIsNotThereOrNullOrCannotBe() throws Exception {
    SERVER.execute("CREATE TABLE KS.plain (k text PRIMARY KEY, v bigint)");
    SERVER.execute("INSERT INTO KS.plain (k, v) VALUES ('a', 1)");
    try (RowLookup lookup = query(SERVER.kv("plain"), "k").open()) {
      assertThat(lookup.find(GenericRowData.of(text("a"))).join())
          .containsExactly(GenericRowData.of(text("a"), 1L));
      for (Object key : new Object[] {text("b"), null, text(""), text("x".repeat(65_536))}) {
        assertThat(lookup.find(GenericRowData.of(key)).join()).isEmpty();
      }
    }
  }

  @Test
  void asksByClusteringColumnsAsFarAsTheyGoAndChecksTheRest() throws Exception {
    SERVER.execute(
        "CREATE TABLE KS.wide (p1 text, p2 int, c1 int, c2 int, v decimal, s text static,"
            + " PRIMARY KEY ((p1, p2), c1, c2))");
    for (String values : List.of("1, 1, 1.0", "1, 2, 2.0", "2, 1, 1.0", "2, 2, 2.0")) {
      SERVER.execute(
          "INSERT INTO KS.wide (p1, p2, c1, c2, v, s) VALUES ('a', 0, " + values + ", 's')");
    }
    Tables wide =
        SERVER
            .table("wide")
            .column("c2", DataTypes.INT())
            .column("v", DataTypes.DECIMAL(4, 1))
            .column("c1", DataTypes.INT())
            .column("p2", DataTypes.BIGINT())
            .column("s", DataTypes.STRING())
            .column("p1", DataTypes.STRING());
    assertThat(find(query(wide, "p1", "p2"), text("a"), 0L)).hasSize(4);
    assertThat(find(query(wide, "c1", "p2", "p1"), 2, 0L, text("a"))).hasSize(2);
    assertThat(find(query(wide, "p2", "c2", "p1", "c1"), 0L, 1, text("a"), 2)).hasSize(1);
    assertThat(find(query(wide, "p1", "p2"), text("a"), 1L << 40)).as("beyond int").isEmpty();
    String select =
        "SELECT \"c2\", \"v\", \"c1\", \"p2\", \"s\", \"p1\" FROM \"KS\".\"wide\""
            + " WHERE \"p1\" = ? AND \"p2\" = ?";
    assertThat(SERVER.hasPrepared(select + " AND \"c1\" = ? AND \"c2\" = ?")).isTrue();

    assertThat(find(query(wide, "p1", "p2", "c2"), text("a"), 0L, 2))
        .extracting(row -> row.getInt(2))
        .containsExactly(1, 2);
    DecimalData one = DecimalData.fromBigDecimal(BigDecimal.ONE, 2, 0);
    assertThat(find(query(wide, "p1", "v", "p2"), text("a"), one, 0L))
        .extracting(row -> row.getInt(0))
        .containsExactly(1, 1);
    assertThat(find(query(wide, "p1", "p2", "s"), text("a"), 0L, null)).isEmpty();
  }

  @Test
  void readsAPartitionOfManyPages() throws Exception {
    SERVER.execute("CREATE TABLE KS.long (p int, c int, PRIMARY KEY (p, c))");
    for (int from = 0; from < 12_000; from += 1_000) {
      StringBuilder batch = new StringBuilder("BEGIN UNLOGGED BATCH ");
      for (int c = from; c < from + 1_000; c++) {
        batch.append("INSERT INTO KS.long (p, c) VALUES (1, ").append(c).append("); ");
      }
      SERVER.execute(batch.append("APPLY BATCH").toString());
    }
    Tables table = SERVER.table("long").column("p", DataTypes.INT()).column("c", DataTypes.INT());
    assertThat(find(query(table, "p"), 1)).hasSize(12_000).doesNotHaveDuplicates();
  }

  @Test
  void findsByTextInTheFormThatCassandraGivesBack() throws Exception {
    UUID uuid = UUID.fromString("123e4567-e89b-42d3-a456-426614174000");
    SERVER.execute("CREATE TABLE KS.ids (u uuid, i inet, n varint, PRIMARY KEY ((u, i, n)))");
    SERVER.execute("INSERT INTO KS.ids (u, i, n) VALUES (" + uuid + ", '2001:db8::1', 5)");
    Tables ids =
        SERVER
            .table("ids")
            .column("u", DataTypes.STRING())
            .column("i", DataTypes.STRING())
            .column("n", DataTypes.DECIMAL(5, 0));
    LookupQuery query = query(ids, "u", "i", "n");
    StringData u = text(uuid.toString());
    StringData i = text("2001:db8::1");
    DecimalData n = DecimalData.fromBigDecimal(new BigDecimal(5), 5, 0);
    assertThat(find(query, u, i, n)).containsExactly(GenericRowData.of(u, i, n));
    assertThat(find(query, text(uuid.toString().toUpperCase()), i, n)).isEmpty();
    assertThat(find(query, text("no uuid"), i, n)).isEmpty();
    assertThat(find(query, u, text("2001:DB8::1"), n)).isEmpty();
    assertThat(find(query, u, text("localhost"), n)).isEmpty();
  }

  @Test
  void computesTheTimeBucket() throws Exception {
    SERVER.execute(
        "CREATE TABLE KS.series (airport text, bucket timestamp, at timestamp, v bigint,"
            + " PRIMARY KEY ((airport, bucket), at))");
    Tables series =
        SERVER
            .table("series")
            .column("at", DataTypes.TIMESTAMP(3).notNull())
            .column("v", DataTypes.BIGINT())
            .column("airport", DataTypes.STRING().notNull())
            .key("airport", "at")
            .option("bucket.source", "at")
            .option("bucket.width", "1 d");
    SERVER.execute(
        "INSERT INTO KS.series (airport, bucket, at, v)"
            + " VALUES ('JFK', '2013-01-02T00:00Z', '2013-01-02T12:00Z', 5)");
    TimestampData noon = TimestampData.fromInstant(Instant.parse("2013-01-02T12:00:00Z"));
    assertThat(find(query(series, "at", "airport"), noon, text("JFK")))
        .containsExactly(GenericRowData.of(noon, 5L, text("JFK")));
  }

  @Test
  void refusesAJoinWithoutTheWholePartitionKey() {
    SERVER.execute("CREATE TABLE KS.pair (a text, b int, c int, PRIMARY KEY ((a, b), c))");
    Tables pair =
        SERVER
            .table("pair")
            .column("a", DataTypes.STRING())
            .column("b", DataTypes.INT())
            .column("c", DataTypes.INT());
    refuses(
        query(pair, "c", "a"),
        "lookup in KS.pair by [c, a]: Cassandra finds rows by the whole partition key [a, b];"
            + " join on [b] too");
    refuses(
        query(pair.column("d", DataTypes.INT()), "a", "b"),
        "column KS.pair.d does not exist in Cassandra; the table has [a, b, c]");
    refuses(query(SERVER.kv("absent"), "k"), "table KS.absent does not exist in Cassandra");
  }

  @Test
  void saysWhichAddressDoesNotAnswer() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Tables away = SERVER.kv("t").option("contact-points", "127.0.0.1:" + port);
    assertThatThrownBy(query(away, "k")::open)
        .isInstanceOf(CassandraSinkException.class)
        .hasMessage("cannot reach Cassandra at 127.0.0.1:%d: Connection refused".formatted(port));
  }

  @Test
  void failsTheJobAtAValueThatDoesNotFit() throws Exception {
    SERVER.execute("CREATE TABLE KS.exact (k text PRIMARY KEY, v decimal)");
    SERVER.execute("INSERT INTO KS.exact (k, v) VALUES ('a', 1.5)");
    Tables exact =
        SERVER.table("exact").column("k", DataTypes.STRING()).column("v", DataTypes.DECIMAL(5, 0));
    CassandraLookupFunction lookup = new CassandraLookupFunction(query(exact, "k"));
    lookup.open(null);
    try {
      assertThatThrownBy(() -> lookup.lookup(GenericRowData.of(text("a"))))
          .isInstanceOf(CassandraRefusedException.class)
          .hasMessage(
              SERVER.text(
                  "column KS.exact.v holds 1.5, which DECIMAL(5, 0) cannot hold without rounding;"
                      + " declare a type that holds it"));
    } finally {
      lookup.close();
    }
  }

  @Test
  void joinsAsynchronouslyAndCountsTheCachesHits() throws Exception {
    SERVER.execute("CREATE TABLE KS.users (id int PRIMARY KEY, name text, unread text)");
    for (int id = 0; id < 10; id++) {
      SERVER.execute("INSERT INTO KS.users (id, name) VALUES (%d, 'n%d')".formatted(id, id));
    }
    CacheMetrics.clear();
    SqlJobs jobs =
        orders(
                "1000",
                "parallelism.default",
                "1",
                "metrics.reporter.cache.factory.class",
                CacheMetrics.Factory.class.getName())
            .run(
                SERVER.createTable(
                    "users",
                    "id INT, name STRING, unread STRING",
                    "'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.max-rows' = '100'"));
    String join =
        "SELECT n, name FROM orders LEFT JOIN users FOR SYSTEM_TIME AS OF proc ON id = user_id";
    assertThat(jobs.tables.explainSql(join)).contains("async=[ORDERED");
    assertThat(jobs.rows(join))
        .hasSize(1_000)
        .allSatisfy(
            row -> {
              long user = (long) row.getField(0) % 20;
              assertThat(row.getField(1)).isEqualTo(user < 10 ? "n" + user : null);
            });
    assertThat(CacheMetrics.sum("hitCount") + CacheMetrics.sum("missCount")).isEqualTo(1_000);
    assertThat(CacheMetrics.sum("hitCount")).isPositive();
    assertThat(SERVER.hasPrepared("SELECT \"id\", \"name\" FROM \"KS\".\"users\" WHERE \"id\" = ?"))
        .isTrue();
  }

  /** Orders 0, 1, 2... of 20 users, one after the other. */
  private static SqlJobs orders(String count, String... settings) {
    SqlJobs jobs = new SqlJobs(settings);
    jobs.run(
        """
        CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence',
          'fields.n.start' = '0', 'fields.n.end' = '%d', 'scan.parallelism' = '1')
        """
            .formatted(Long.parseLong(count) - 1));
    return jobs.run(
        "CREATE VIEW orders AS"
            + " SELECT n, CAST(MOD(n, 20) AS INT) AS user_id, PROCTIME() AS proc FROM numbers");
  }

  /** Changes the row that is looked up, between two lookups. */
  public static final class Rename extends org.apache.flink.table.functions.ScalarFunction {
    private static final long serialVersionUID = 1L;

    public Integer eval(Long n) {
      SERVER.execute("INSERT INTO KS.changing (id, name) VALUES (1, 'name%d')".formatted(n));
      return 1;
    }

    @Override
    public boolean isDeterministic() {
      return false;
    }
  }

  private static List<Object> namesWhileRenaming(String cache) {
    SqlJobs jobs =
        orders("3", "parallelism.default", "1")
            .run(
                SERVER.createTable(
                    "changing", "id INT, name STRING", "'lookup.async' = 'false'" + cache));
    jobs.tables.createTemporarySystemFunction("rename_user", Rename.class);
    return jobs
        .rows(
            "SELECT name FROM (SELECT rename_user(n) AS u, proc FROM orders) AS o"
                + " JOIN changing FOR SYSTEM_TIME AS OF o.proc ON id = u")
        .stream()
        .map(row -> row.getField(0))
        .toList();
  }

  @Test
  void seesEveryChangeWithoutACacheAndTheFirstWithOne() {
    SERVER.execute("CREATE TABLE KS.changing (id int PRIMARY KEY, name text)");
    assertThat(namesWhileRenaming("")).containsExactly("name0", "name1", "name2");
    assertThat(
            namesWhileRenaming(
                ", 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache.expire-after-write' = '1 h'"))
        .containsExactly("name0", "name0", "name0");
  }

  @Test
  void refusesAJoinThatLeavesTheBucketOpenWhenPlanned() {
    SqlJobs jobs =
        orders("1")
            .run(
                SERVER.createTable(
                    "series",
                    "`at` TIMESTAMP(3), v BIGINT, airport STRING",
                    "'bucket.source' = 'at', 'bucket.width' = '1 d'"));
    assertThatThrownBy(
            () ->
                jobs.tables.explainSql(
                    "SELECT n, v FROM orders JOIN series FOR SYSTEM_TIME AS OF proc"
                        + " ON airport = CAST(n AS STRING)"))
        .rootCause()
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            SERVER.text(
                "lookup in KS.series by [airport]: the rows lie in time buckets, which follow from"
                    + " 'at'; join on 'at' too"));
  }
}
