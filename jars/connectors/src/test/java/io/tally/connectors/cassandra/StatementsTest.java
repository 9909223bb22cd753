package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.junit.jupiter.api.Test;

class StatementsTest {

  private final TargetTable table =
      new Tables()
          .column("a\"b", DataTypes.INT().notNull())
          .column("order", DataTypes.INT())
          .key("a\"b")
          .option("table", "Group")
          .target();

  @Test
  void quotesEveryName() {
    assertThat(Statements.insert(table, List.of("a\"b", "order"), 0))
        .isEqualTo(
            "INSERT INTO \"ks\".\"Group\" (\"a\"\"b\", \"order\") VALUES (?, ?) USING TIMESTAMP ?");
    assertThat(Statements.delete(table, new KeyColumns(List.of("a\"b"), List.of("order"))))
        .isEqualTo(
            "DELETE FROM \"ks\".\"Group\" USING TIMESTAMP ? WHERE \"a\"\"b\" = ? AND \"order\" = ?");
  }

  @Test
  void setsATimeToLive() {
    assertThat(Statements.insert(table, List.of("order"), 60))
        .isEqualTo(
            "INSERT INTO \"ks\".\"Group\" (\"order\") VALUES (?) USING TIMESTAMP ? AND TTL 60");
  }

  @Test
  void setsATimeToLiveForEachRow() {
    assertThat(Statements.insertWithTtl(table, List.of("order")))
        .isEqualTo(
            "INSERT INTO \"ks\".\"Group\" (\"order\") VALUES (?) USING TIMESTAMP ? AND TTL ?");
  }

  @Test
  void selectsByTokenOrKey() {
    KeyColumns key = new KeyColumns(List.of("a\"b", "order"), List.of());
    String scan = "SELECT \"order\" FROM \"ks\".\"Group\" WHERE token(\"a\"\"b\", \"order\") > ?";
    List<String> columns = List.of("order");
    assertThat(Statements.selectByToken(table, columns, key, false, Statements.NO_LIMIT))
        .isEqualTo(scan);
    assertThat(Statements.selectByToken(table, columns, key, true, 5))
        .isEqualTo(scan + " AND token(\"a\"\"b\", \"order\") <= ? LIMIT 5");
    assertThat(Statements.selectByKey(table, columns, key.partition()))
        .isEqualTo("SELECT \"order\" FROM \"ks\".\"Group\" WHERE \"a\"\"b\" = ? AND \"order\" = ?");
  }
}
