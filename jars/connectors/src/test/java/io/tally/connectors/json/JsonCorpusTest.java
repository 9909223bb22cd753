package io.tally.connectors.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages with the exact row or error of each. */
class JsonCorpusTest {

  static List<Corpus.Case> malformed() {
    return Corpus.read("malformed.txt");
  }

  static List<Corpus.Case> valid() {
    return Corpus.read("valid.txt");
  }

  static Stream<Corpus.Case> all() {
    return Stream.concat(malformed().stream(), valid().stream());
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void saysWhatIsWrong(Corpus.Case given) {
    assertThat(Decoders.outcome(given.table(), given.decoder(), given.message()))
        .isEqualTo(given.outcome());
  }

  @ParameterizedTest
  @MethodSource("valid")
  void makesTheRow(Corpus.Case given) {
    assertThat(Decoders.outcome(given.table(), given.decoder(), given.message()))
        .isEqualTo(given.outcome());
  }

  @Test
  void isLargeEnough() {
    assertThat(malformed()).hasSizeGreaterThan(150).noneMatch(Corpus.Case::isValid);
    assertThat(valid()).allMatch(Corpus.Case::isValid);
  }

  /** A decoder sees all the messages of its table; none may change what becomes of another. */
  @Test
  void forgetsTheMessagesBefore() {
    List<Corpus.Case> cases = all().toList();
    for (Corpus.Case one : cases) {
      JsonDecoder decoder = one.decoder();
      GenericRowData row = new GenericRowData(one.table().getFieldCount());
      cases.forEach(other -> decoder.decode(other.message(), row));
      assertThat(Decoders.outcome(one.table(), decoder, one.message())).isEqualTo(one.outcome());
      assertThat(Decoders.outcome(one.table(), decoder, one.message())).isEqualTo(one.outcome());
    }
  }

  /** What a query wants of a message does not change whether it is valid, nor what is wrong. */
  @ParameterizedTest
  @MethodSource("all")
  void judgesEachProjectionAlike(Corpus.Case given) {
    int columns = given.table().getFieldCount();
    for (int wanted = 0; wanted < 1 << columns; wanted++) {
      int[] produced = positions(wanted, columns);
      JsonDecoder decoder = new JsonDecoder(given.table(), produced, given.settings());
      RowType row = project(given.table(), produced);
      String outcome = Decoders.outcome(row, decoder, given.message());
      if (given.isValid()) {
        assertThat(outcome).isEqualTo("row " + projected(given, produced));
      } else {
        assertThat(outcome).isEqualTo(given.outcome());
      }
    }
  }

  /** In reverse order, as a query may want them. */
  private static int[] positions(int wanted, int columns) {
    return Stream.iterate(columns - 1, i -> i >= 0, i -> i - 1)
        .filter(i -> (wanted >> i & 1) == 1)
        .mapToInt(i -> i)
        .toArray();
  }

  private static RowType project(RowType table, int[] produced) {
    return new RowType(Stream.of(box(produced)).map(table.getFields()::get).toList());
  }

  private static Integer[] box(int[] produced) {
    return Arrays.stream(produced).boxed().toArray(Integer[]::new);
  }

  private static String projected(Corpus.Case given, int[] produced) {
    GenericRowData all = new GenericRowData(given.table().getFieldCount());
    given.decoder().decode(given.message(), all);
    GenericRowData some = new GenericRowData(produced.length);
    for (int i = 0; i < produced.length; i++) {
      some.setField(i, all.getField(produced[i]));
    }
    return RowText.of(project(given.table(), produced), some);
  }

  @Test
  void decodesAfterATripToATask() throws Exception {
    for (Corpus.Case one : all().toList()) {
      JsonDecoder copy = InstantiationUtil.clone(one.decoder());
      assertThat(Decoders.outcome(one.table(), copy, one.message())).isEqualTo(one.outcome());
    }
  }
}
