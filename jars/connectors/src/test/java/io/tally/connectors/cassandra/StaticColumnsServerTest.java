package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.cql.Row;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What upserts and deletes do to the columns that a partition has once. */
class StaticColumnsServerTest {

  private static TestKeyspace keyspace;

  @BeforeAll
  static void connect() throws Exception {
    keyspace = TestKeyspace.create("static_");
    keyspace.execute("CREATE TABLE KS.t (p text, c int, s int static, v int, PRIMARY KEY (p, c))");
  }

  @AfterAll
  static void drop() {
    if (keyspace != null) {
      keyspace.close();
    }
  }

  @BeforeEach
  void empty() {
    keyspace.execute("TRUNCATE KS.t");
  }

  private static Tables withStatic() {
    return keyspace
        .table("t")
        .column("p", DataTypes.STRING().notNull())
        .column("c", DataTypes.INT().notNull())
        .column("s", DataTypes.INT())
        .column("v", DataTypes.INT())
        .key("p", "c");
  }

  private static GenericRowData row(RowKind kind, Integer c, Integer s, Integer v) {
    return GenericRowData.ofKind(kind, StringData.fromString("p"), c, s, v);
  }

  private static List<String> found() {
    return keyspace.rows("SELECT c, s, v FROM KS.t").stream()
        .map(Row::getFormattedContents)
        .toList();
  }

  @Test
  void anUpsertSetsItForThePartitionAndTheLastOneWins() throws Exception {
    keyspace.write(
        withStatic(),
        row(RowKind.INSERT, 1, 10, 1),
        row(RowKind.INSERT, 2, 20, 2),
        row(RowKind.UPDATE_AFTER, 1, 30, 3));
    assertThat(found()).containsExactly("[c:1, s:30, v:3]", "[c:2, s:30, v:2]");
    keyspace.write(withStatic(), row(RowKind.INSERT, 3, null, 4));
    assertThat(found())
        .containsExactly("[c:1, s:NULL, v:3]", "[c:2, s:NULL, v:2]", "[c:3, s:NULL, v:4]");
  }

  @Test
  void aDeleteLeavesItAlsoWithTheLastRow() throws Exception {
    keyspace.write(withStatic(), row(RowKind.INSERT, 1, 10, 1), row(RowKind.INSERT, 2, 10, 2));
    keyspace.write(withStatic(), row(RowKind.DELETE, 1, 10, 1));
    assertThat(found()).containsExactly("[c:2, s:10, v:2]");
    keyspace.write(withStatic(), row(RowKind.DELETE, 2, 10, 2));
    assertThat(found()).containsExactly("[c:NULL, s:10, v:NULL]");
  }

  /** Sent as one, the two do what they do one by one. */
  @Test
  void aDeleteInTheSameBufferLeavesItToo() throws Exception {
    keyspace.write(withStatic(), row(RowKind.INSERT, 1, 10, 1), row(RowKind.DELETE, 1, 10, 1));
    assertThat(found()).containsExactly("[c:NULL, s:10, v:NULL]");
    keyspace.write(
        withStatic(),
        row(RowKind.INSERT, 1, 20, 1),
        row(RowKind.DELETE, 1, 20, 1),
        row(RowKind.INSERT, 1, 30, 2));
    assertThat(found()).containsExactly("[c:1, s:30, v:2]");
  }

  /** In one buffer with an earlier write of its row, which set it before another row did. */
  @Test
  void aWriteThatLeavesItUnsetBringsNoOlderValueBack() throws Exception {
    keyspace.write(
        withStatic().option("sink.null-handling", "unset"),
        row(RowKind.INSERT, 1, 10, 1),
        row(RowKind.INSERT, 2, 20, 2),
        row(RowKind.UPDATE_AFTER, 1, null, 3));
    assertThat(found()).containsExactly("[c:1, s:20, v:3]", "[c:2, s:20, v:2]");
  }

  @Test
  void anInsertThatDoesNotNameItLeavesIt() throws Exception {
    keyspace.write(withStatic(), row(RowKind.INSERT, 1, 10, 1));
    Tables without =
        keyspace
            .table("t")
            .column("p", DataTypes.STRING().notNull())
            .column("c", DataTypes.INT().notNull())
            .column("v", DataTypes.INT())
            .key("p", "c");
    keyspace.write(without, GenericRowData.of(StringData.fromString("p"), 2, 2));
    assertThat(found()).containsExactly("[c:1, s:10, v:1]", "[c:2, s:10, v:2]");
  }

  @Test
  void aRowOfStaticColumnsAloneIsRefused() {
    assertThatThrownBy(() -> keyspace.write(withStatic(), row(RowKind.INSERT, null, 10, null)))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(keyspace.named("primary key column KS.t.c is null in a row"));
  }
}
