package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.PreparedStatement;
import io.tally.connectors.cassandra.KeyFilter.Equality;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanServerTest {

  private static final int ROWS = 10_000;
  private static final int PARTITIONS = 100;

  @RegisterExtension static final Server SERVER = new Server();

  /** {@code ROWS} rows in partitions of a hundred, several pages each. */
  @BeforeAll
  static void fill() {
    SERVER.execute("CREATE TABLE KS.big (p int, c int, v text, w text, PRIMARY KEY (p, c))");
    PreparedStatement insert =
        SERVER
            .session()
            .prepare(SERVER.text("INSERT INTO KS.big (p, c, v, w) VALUES (?, ?, ?, ?)"));
    List<CompletionStage<AsyncResultSet>> sent = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      sent.add(
          SERVER
              .session()
              .executeAsync(insert.bind(i % PARTITIONS, i / PARTITIONS, "v" + i, "w" + i)));
      if (sent.size() == 500) {
        sent.forEach(answer -> answer.toCompletableFuture().join());
        sent.clear();
      }
    }
    sent.forEach(answer -> answer.toCompletableFuture().join());
  }

  private static SqlJobs big(String options, String... settings) {
    return new SqlJobs(settings).run(SERVER.createTable("big", "v STRING, c INT, p INT", options));
  }

  private static String textOf(Row row) {
    return "%s %s %s".formatted(row.getField(0), row.getField(1), row.getField(2));
  }

  private static List<String> written() {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> "v%d %d %d".formatted(i, i / PARTITIONS, i % PARTITIONS))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"STREAMING", "BATCH"})
  void readsEveryRowOnceInEitherMode(String mode) throws Exception {
    SqlJobs jobs =
        big("'scan.fetch-size' = '33', 'scan.split.count' = '50'", "execution.runtime-mode", mode);
    assertThat(jobs.rows("SELECT v, c, p FROM big"))
        .extracting(ScanServerTest::textOf)
        .containsExactlyInAnyOrderElementsOf(written());
  }

  @Test
  void asksForTheColumnsOfTheQueryAlone() throws Exception {
    List<Row> rows = big("", "parallelism.default", "1").rows("SELECT c FROM big WHERE c < 2");
    assertThat(rows).hasSize(2 * PARTITIONS);
    String asked = "SELECT \"c\" FROM \"KS\".\"big\" WHERE token(\"p\") > ?";
    assertThat(SERVER.hasPrepared(asked)).isTrue();
    assertThat(SERVER.hasPrepared(asked + " AND token(\"p\") <= ?")).isTrue();
  }

  @Test
  void readsOnePartitionWhereTheQueryNamesIt() throws Exception {
    SqlJobs jobs = big("");
    String query = "SELECT c, v FROM big WHERE p = 42 AND c < 5";
    assertThat(jobs.tables.explainSql(query)).contains("filter=[=(p, 42)]");
    assertThat(jobs.rows(query))
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, 5).mapToObj(c -> Row.of(c, "v" + (c * PARTITIONS + 42))).toList());
    Tables big = SERVER.table("big").column("p", DataTypes.INT()).column("c", DataTypes.INT());
    TargetTable table = big.toRead();
    List<Column> columns = table.columns();
    ReadSettings settings = big.readSettings();
    KeyFilter partition = new KeyFilter(List.of(new Equality(columns.get(0), 42)));
    KeyFilter noPartition = new KeyFilter(List.of(new Equality(columns.get(1), 42)));
    CassandraSource scan = new CassandraSource(table, columns, partition, -1, settings);
    List<TokenSplit> splits = scan.cutRing(50);
    assertThat(splits).hasSize(1);
    try (PageRequests requests = scan.open()) {
      assertThat(requests.page(requests.send(splits.get(0)).join()).rows())
          .hasSize(ROWS / PARTITIONS)
          .allSatisfy(row -> assertThat(row.getInt(0)).isEqualTo(42));
    }
    assertThat(new CassandraSource(table, columns, noPartition, -1, settings).cutRing(50))
        .hasSizeGreaterThanOrEqualTo(50);
  }

  @Test
  void countsRowsWithoutAColumnOfTheTable() throws Exception {
    assertThat(big("", "execution.runtime-mode", "BATCH").rows("SELECT COUNT(*) FROM big"))
        .containsExactly(Row.of((long) ROWS));
  }

  @Test
  void readsNoMoreOfASplitThanTheLimit() throws Exception {
    SqlJobs jobs = big("", "execution.runtime-mode", "BATCH", "parallelism.default", "1");
    assertThat(jobs.tables.explainSql("SELECT p, v FROM big LIMIT 7")).contains("limit=[7]");
    List<Row> rows = jobs.rows("SELECT p, v FROM big LIMIT 7");
    assertThat(rows).hasSize(7).doesNotHaveDuplicates();
    assertThat(
            SERVER.hasPrepared(
                "SELECT \"p\", \"v\" FROM \"KS\".\"big\" WHERE token(\"p\") > ? LIMIT 7"))
        .isTrue();
    assertThat(jobs.rows("SELECT p, c FROM big LIMIT 20000")).hasSize(ROWS);
  }

  @Test
  void endsAtOnceWhereThereIsNothing() throws Exception {
    SERVER.execute("CREATE TABLE KS.empty (k text PRIMARY KEY)");
    SqlJobs jobs = new SqlJobs().run(SERVER.createTable("empty", "k STRING", ""));
    assertThat(jobs.rows("SELECT * FROM `empty`")).isEmpty();
  }

  @Test
  void readsWhatTheSinkWroteUnderNamesThatNeedQuotes() throws Exception {
    SERVER.execute(
        "CREATE TABLE KS.\"Group\" (\"order\" text, \"Set\" int, \"token\" bigint,"
            + " PRIMARY KEY (\"order\", \"Set\"))");
    SqlJobs jobs =
        new SqlJobs()
            .run(
                SERVER.createTable(
                    "Group",
                    "`Set` INT NOT NULL, `token` BIGINT, `order` STRING NOT NULL,"
                        + " PRIMARY KEY (`order`, `Set`) NOT ENFORCED",
                    "'sink.ttl' = '1 h'"));
    jobs.tables
        .executeSql(
            "INSERT INTO `Group` VALUES (1, 2, 'a'), (2, 4, 'a') ON CONFLICT DO DEDUPLICATE")
        .await();
    assertThat(jobs.rows("SELECT * FROM `Group`"))
        .containsExactlyInAnyOrder(Row.of(1, 2L, "a"), Row.of(2, 4L, "a"));
  }

  /** Fails once, when a checkpoint has been completed and rows have come after it. */
  private static final class FailsOnce extends RichMapFunction<RowData, String>
      implements CheckpointListener {

    private static final long serialVersionUID = 1L;
    private static final AtomicBoolean FAILED = new AtomicBoolean();
    private int rows;
    private int rowsAtCheckpoint;

    @Override
    public String map(RowData row) {
      rows++;
      boolean midway = rowsAtCheckpoint > 0 && rows > rowsAtCheckpoint + 50;
      if (midway && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("fails once");
      }
      return "%s %d %d".formatted(row.getString(0), row.getInt(1), row.getInt(2));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      rowsAtCheckpoint = rows;
    }
  }

  @Test
  void goesOnFromACheckpointWithoutLossOrDuplicates() throws Exception {
    SqlJobs jobs =
        new SqlJobs(
            "execution.checkpointing.interval",
            "20 ms",
            "restart-strategy.type",
            "fixed-delay",
            "restart-strategy.fixed-delay.attempts",
            "1",
            "restart-strategy.fixed-delay.delay",
            "0 s");
    Tables big =
        SERVER
            .table("big")
            .column("v", DataTypes.STRING())
            .column("c", DataTypes.INT())
            .column("p", DataTypes.INT())
            .option("scan.fetch-size", "7");
    TargetTable table = big.toRead();
    LogicalType type = big.schema().toPhysicalRowDataType().getLogicalType();
    DataStream<String> rows =
        jobs.environment
            .fromSource(
                new CassandraSource(
                    table,
                    table.columns(),
                    KeyFilter.NONE,
                    Statements.NO_LIMIT,
                    big.readSettings()),
                WatermarkStrategy.noWatermarks(),
                "scan",
                InternalTypeInfo.of(type))
            .map(new FailsOnce());
    List<String> read = rows.executeAndCollect(2 * ROWS);
    assertThat(FailsOnce.FAILED).isTrue();
    assertThat(read).containsExactlyInAnyOrderElementsOf(written());
  }

  private static Tables pk(String name, DataType v) {
    return SERVER.table(name).column("k", DataTypes.STRING()).column("v", v);
  }

  private static void refuses(Tables declared, String message) {
    TargetTable table = declared.toRead();
    CassandraSource scan =
        new CassandraSource(
            table, table.columns(), KeyFilter.NONE, Statements.NO_LIMIT, declared.readSettings());
    assertThatThrownBy(() -> readAll(scan))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(SERVER.text(message));
  }

  /** Reads the first page of each split, as a reader does. */
  private static void readAll(CassandraSource scan) throws IOException {
    try (PageRequests requests = scan.open()) {
      for (TokenSplit split : scan.cutRing(1)) {
        requests.page(requests.send(split).join());
      }
    }
  }

  @Test
  void refusesATableThatDoesNotFit() {
    refuses(pk("absent", DataTypes.INT()), "table KS.absent does not exist in Cassandra");
    refuses(
        pk("big", DataTypes.STRING()),
        "column KS.big.k does not exist in Cassandra; the table has [p, c, v, w]");
    refuses(
        SERVER.table("big").column("v", DataTypes.BIGINT()),
        "column KS.big.v is text in Cassandra, which BIGINT cannot hold; declare it STRING");
  }

  @Test
  void refusesANullWhereNoneIsDeclared() {
    SERVER.execute("CREATE TABLE KS.nulls (k text PRIMARY KEY, v bigint)");
    SERVER.execute("INSERT INTO KS.nulls (k) VALUES ('a')");
    refuses(
        pk("nulls", DataTypes.BIGINT().notNull()),
        "column KS.nulls.v is null in a row, but declared NOT NULL; declare it without");
  }

  @Test
  void refusesADecimalThatWouldBeRounded() {
    SERVER.execute("CREATE TABLE KS.prices (k text PRIMARY KEY, v decimal)");
    SERVER.execute("INSERT INTO KS.prices (k, v) VALUES ('a', 1.239)");
    refuses(
        pk("prices", DataTypes.DECIMAL(10, 2)),
        "column KS.prices.v holds 1.239, which DECIMAL(10, 2) cannot hold without rounding;"
            + " declare a type that holds it");
  }

  @Test
  void cutsTheWholeRingWithoutGap() throws Exception {
    Tables big = SERVER.table("big").column("p", DataTypes.INT());
    TargetTable table = big.toRead();
    CassandraSource scan =
        new CassandraSource(
            table, table.columns(), KeyFilter.NONE, Statements.NO_LIMIT, big.readSettings());
    for (int atLeast : new int[] {1, 40, 1_000}) {
      List<TokenSplit> splits = scan.cutRing(atLeast);
      assertThat(splits).hasSizeGreaterThanOrEqualTo(atLeast);
      assertThat(splits).extracting(TokenSplit::splitId).doesNotHaveDuplicates();
      for (int i = 1; i < splits.size(); i++) {
        assertThat(splits.get(i).start()).isEqualTo(splits.get(i - 1).end());
      }
      assertThat(splits.get(0).start()).isEqualTo(Long.toString(Long.MIN_VALUE));
      assertThat(splits.get(splits.size() - 1).end()).isNull();
    }
  }

  @Test
  void saysWhichAddressDoesNotAnswer() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    SqlJobs jobs =
        new SqlJobs()
            .run(
                """
                CREATE TABLE away (k STRING) WITH ('connector' = 'cassandra',
                  'contact-points' = '127.0.0.1:%d', 'keyspace' = 'k', 'table' = 't')
                """
                    .formatted(port));
    assertThatThrownBy(() -> jobs.rows("SELECT * FROM away"))
        .hasStackTraceContaining(
            "cannot reach Cassandra at 127.0.0.1:%d: Connection refused".formatted(port));
  }
}
