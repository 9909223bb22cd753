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
}
