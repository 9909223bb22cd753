package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random changelogs over a bad network, through writers that die and start again, against a simple
 * model of what a changelog means.
 *
 * <p>A case follows from its seed. More of them: {@code -Dtally.model.cases=20000}, from another
 * seed on: {@code -Dtally.model.seed=1000000}.
 */
class SinkModelTest {

  private static final int CASES = Integer.getInteger("tally.model.cases", 3_000);
  private static final long FIRST_SEED = Long.getLong("tally.model.seed", 1);

  @Test
  void theTableEndsAsTheChangelogSays() {
    LongStream.range(FIRST_SEED, FIRST_SEED + CASES).forEach(SinkModelTest::run);
  }

  private static void run(long seed) {
    ModelCase drawn = ModelCases.of(seed);
    if (ModelRun.failure(drawn).isPresent()) {
      ModelCase smallest = shrink(drawn, rows -> rows);
      fail(
          "the case of seed %d fails (-Dtally.model.seed=%d -Dtally.model.cases=1); made small:\n%s\n%s",
          seed, seed, smallest, ModelRun.failure(smallest).orElse("it went well this time"));
    }
  }

  /** Of a Cassandra that keeps no deletes. */
  @Test
  void aFaultIsFoundAndMadeReadable() {
    UnaryOperator<RowStore> withoutDeletes =
        rows -> writes -> rows.send(writes.stream().filter(RowWrite::sets).toList());
    ModelCase failing =
        LongStream.range(1, 100)
            .mapToObj(ModelCases::of)
            .filter(drawn -> ModelRun.failure(drawn, withoutDeletes).isPresent())
            .findFirst()
            .orElseThrow();
    ModelCase smallest = shrink(failing, withoutDeletes);
    assertThat(smallest.toString())
        .matches(
            "insert of all columns .*, 1 writers\n"
                + "  \\+[IU] (./.)[^\n]*\n"
                + "(  checkpoint\n)?"
                + "  -[DU] \\1[^\n]*");
    assertThat(ModelRun.failure(smallest, withoutDeletes).orElseThrow())
        .contains("\nexpected {}\nactual   {");
  }

  private static ModelCase shrink(ModelCase failing, UnaryOperator<RowStore> server) {
    return ModelShrinker.shrink(failing, smaller -> ModelRun.failure(smaller, server).isPresent());
  }
}
