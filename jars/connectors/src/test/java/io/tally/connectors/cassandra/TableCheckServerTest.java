package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the sink refuses of a real server's tables when it starts, and what it takes. */
class TableCheckServerTest {

  private static TestKeyspace keyspace;

  @BeforeAll
  static void connect() throws Exception {
    keyspace = TestKeyspace.create("Check_");
  }

  @AfterAll
  static void drop() {
    if (keyspace != null) {
      keyspace.close();
    }
  }

  private static Tables keyed(String name) {
    return keyspace.table(name).column("k", DataTypes.STRING().notNull()).key("k");
  }

  private static void refuses(Tables table, String message) {
    assertThatThrownBy(() -> keyspace.write(table))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(keyspace.named(message));
  }

  @Test
  void namesAllThatDoesNotFit() {
    keyspace.execute("CREATE TYPE KS.point (x int, y int)");
    keyspace.execute(
        "CREATE TABLE KS.misfits (k uuid, c int, \"userId\" int, n smallint, at timestamp,"
            + " d duration, l list<int>, s set<text>, m map<text, int>, p frozen<point>,"
            + " f vector<float, 2>, PRIMARY KEY (k, c))");
    refuses(
        keyed("misfits")
            .column("userid", DataTypes.INT())
            .column("n", DataTypes.INT().notNull())
            .column("at", DataTypes.BIGINT())
            .column("d", DataTypes.STRING())
            .column("l", DataTypes.ARRAY(DataTypes.INT()))
            .column("s", DataTypes.ARRAY(DataTypes.INT()))
            .column("m", DataTypes.STRING())
            .column("p", DataTypes.ROW(DataTypes.FIELD("z", DataTypes.INT())))
            .column("f", DataTypes.ARRAY(DataTypes.DOUBLE())),
        """
        table KS.misfits in Cassandra does not fit the Flink table:
          column userid does not exist in Cassandra, which has userId; INT goes into int or bigint
          column n is INT in Flink and smallint in Cassandra: INT goes into int or bigint, smallint takes TINYINT or SMALLINT
          column at is BIGINT in Flink and timestamp in Cassandra: cast it, milliseconds by TO_TIMESTAMP_LTZ(..., 3)
          column d is STRING in Flink and duration in Cassandra: STRING goes into text, ascii, uuid, timeuuid or inet, duration takes no Flink type
          column l is ARRAY<INT> in Flink and list<int> in Cassandra: a retried write would add the elements of a list that is not frozen again; make it frozen<list<int>> or a set
          column s is ARRAY<INT> in Flink and set<text> in Cassandra: its elements: INT goes into int or bigint, text takes STRING
          column m is STRING in Flink and map<text, int> in Cassandra: STRING goes into text, ascii, uuid, timeuuid or inet, map<text, int> takes MAP
          column p is ROW<`z` INT> in Flink and frozen<"KS".point> in Cassandra: its field 'z' is not in the type, which has x, y
          column f is ARRAY<DOUBLE> in Flink and vector<float, 2> in Cassandra: ARRAY<DOUBLE> goes into a frozen list or a set, vector<float, 2> takes ARRAY<FLOAT>
          the primary key is (k) in Flink and (k, c) in Cassandra""");
  }

  @Test
  void refusesASortedKeyAndABucketOfAnotherType() {
    keyspace.execute(
        "CREATE TABLE KS.sorted (bucket int, s frozen<set<int>>, m frozen<map<int, int>>,"
            + " at timestamp, PRIMARY KEY (bucket, s, m, at))");
    Tables sorted =
        keyspace
            .table("sorted")
            .column("s", DataTypes.ARRAY(DataTypes.INT()).notNull())
            .column("m", DataTypes.MAP(DataTypes.INT(), DataTypes.INT()).notNull())
            .column("at", DataTypes.TIMESTAMP(3).notNull())
            .key("s", "m", "at")
            .option("bucket.source", "at")
            .option("bucket.width", "1 d");
    String sorts =
        ": Cassandra sorts it, so rows with different keys in Flink would be one row;"
            + " a key may hold a frozen list\n";
    String message =
        "table KS.sorted in Cassandra does not fit the Flink table:\n"
            + ("  column s is ARRAY<INT> in Flink and frozen<set<int>> in Cassandra" + sorts)
            + ("  column m is MAP<INT, INT> in Flink and frozen<map<int, int>> in Cassandra"
                + sorts);
    refuses(
        sorted,
        message + "  the time bucket's column bucket is int in Cassandra; its type is timestamp");
    refuses(
        sorted.option("bucket.column", "day"),
        message
            + "  the time bucket's column day does not exist in Cassandra; its type is timestamp\n"
            + "  the primary key is (day, s, m, at) in Flink and (bucket, s, m, at) in Cassandra");
  }

  @Test
  void refusesACounterTable() {
    keyspace.execute("CREATE TABLE KS.counts (k text PRIMARY KEY, seen counter, left counter)");
    refuses(
        keyed("counts").column("seen", DataTypes.BIGINT()),
        "table KS.counts counts (counter left, seen): an increment cannot be repeated safely, as a"
            + " write that timed out has to be; keep the total in a bigint column");
  }

  @Test
  void refusesAMaterializedView() {
    keyspace.execute("CREATE TABLE KS.base (k text PRIMARY KEY, v text)");
    try {
      keyspace.execute(
          "CREATE MATERIALIZED VIEW KS.\"byValue\" AS SELECT k, v FROM KS.base"
              + " WHERE k IS NOT NULL AND v IS NOT NULL PRIMARY KEY (v, k)");
    } catch (InvalidQueryException e) {
      Assumptions.abort("the server allows no views: " + e.getMessage());
    }
    refuses(
        keyed("byValue").column("v", DataTypes.STRING().notNull()).key("v", "k"),
        "KS.byValue is a materialized view, which Cassandra itself fills; write to its table base");
  }

  /** Why such a list is refused: the second attempt of a write has the timestamp of the first. */
  @Test
  void theServerDoublesAListThatIsNotFrozenAndNothingElse() {
    keyspace.execute(
        "CREATE TABLE KS.twice (k int PRIMARY KEY, l list<int>, f frozen<list<int>>, s set<int>,"
            + " m map<int, int>)");
    for (int attempt = 0; attempt < 2; attempt++) {
      keyspace.execute(
          "INSERT INTO KS.twice (k, l, f, s, m) VALUES (1, [1, 2], [1, 2], {1, 2}, {1: 2})"
              + " USING TIMESTAMP 5");
    }
    assertThat(keyspace.rows("SELECT l, f, s, m FROM KS.twice"))
        .extracting(row -> row.getFormattedContents())
        .containsExactly("[l:[1,2,1,2], f:[1,2], s:{1,2}, m:{1:2}]");
  }

  @Test
  void columnsThatTheFlinkTableLacksStayButGoWithTheirRow() throws Exception {
    keyspace.execute("CREATE TABLE KS.wider (k text PRIMARY KEY, v int, other int)");
    keyspace.execute("INSERT INTO KS.wider (k, other) VALUES ('kept', 1) USING TIMESTAMP 1");
    keyspace.execute("INSERT INTO KS.wider (k, other) VALUES ('gone', 1) USING TIMESTAMP 1");
    StringData gone = StringData.fromString("gone");
    GenericRowData delete = GenericRowData.of(gone, null);
    delete.setRowKind(RowKind.DELETE);
    keyspace.write(
        keyed("wider").column("v", DataTypes.INT()),
        GenericRowData.of(StringData.fromString("kept"), 2),
        delete,
        GenericRowData.of(gone, 2));
    assertThat(keyspace.rows("SELECT k, v, other FROM KS.wider"))
        .extracting(row -> row.getFormattedContents())
        .containsExactlyInAnyOrder("[k:'kept', v:2, other:1]", "[k:'gone', v:2, other:NULL]");
  }

  @Test
  void takesNamesThatNeedQuotes() throws Exception {
    keyspace.execute("CREATE TYPE KS.\"Select\" (\"From\" int, \"where\" text)");
    keyspace.execute(
        "CREATE TABLE KS.\"Select\" (\"Token\" text, \"order\" \"Select\","
            + " \"two words\" int, \"a\"\"b\" int, PRIMARY KEY (\"Token\"))");
    Tables select =
        keyspace
            .table("Select")
            .column("a\"b", DataTypes.INT())
            .column("two words", DataTypes.INT())
            .column(
                "order",
                DataTypes.ROW(
                    DataTypes.FIELD("where", DataTypes.STRING()),
                    DataTypes.FIELD("From", DataTypes.INT())))
            .column("Token", DataTypes.STRING().notNull())
            .key("Token");
    StringData text = StringData.fromString("x");
    keyspace.write(select, GenericRowData.of(1, 2, GenericRowData.of(text, 3), text));
    assertThat(keyspace.rows("SELECT * FROM KS.\"Select\""))
        .extracting(row -> row.getFormattedContents())
        .isEqualTo(
            List.of(
                "[\"Token\":'x', \"a\"\"b\":1, \"order\":{\"From\":3,\"where\":'x'}, \"two words\":2]"));
  }
}
