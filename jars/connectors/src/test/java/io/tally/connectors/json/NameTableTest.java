package io.tally.connectors.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/** Names in any number and order. */
class NameTableTest {

  private static final RowType TABLE = Corpus.type("a INT, b INT, c INT");

  private final Random random = new Random(7);

  private static String outcome(RowType table, JsonDecoder decoder, String message) {
    return Decoders.outcome(table, decoder, message.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonDecoder decoder(RowType table) {
    return Decoders.all(table, JsonSettings.defaults());
  }

  private static String object(List<String> names) {
    return names.stream()
        .map(name -> "\"%s\":%d".formatted(name, name.length()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  @Test
  void findsNamesInAnyOrder() {
    JsonDecoder decoder = decoder(TABLE);
    List<String> names = new ArrayList<>(List.of("a", "b", "c", "x", "y", "ab", "a longer name"));
    for (int i = 0; i < 1_000; i++) {
      Collections.shuffle(names, random);
      List<String> some = names.subList(0, random.nextInt(names.size() + 1));
      String expected =
          List.of("a", "b", "c").stream()
              .map(name -> some.contains(name) ? "1" : "null")
              .collect(Collectors.joining(", ", "row (", ")"));
      assertThat(outcome(TABLE, decoder, object(some))).isEqualTo(expected);
    }
  }

  /** A name with a quote in it would, compared byte by byte, end where its quote is. */
  @Test
  void doesNotGuessNamesThatAreWrittenWithEscapes() {
    RowType table = Corpus.type("`a\"b` INT, `c\\` INT");
    JsonDecoder decoder = decoder(table);
    String message = "{\"a\\\"b\":1,\"c\\\\\":2}";
    assertThat(outcome(table, decoder, message)).isEqualTo("row (1, 2)");
    assertThat(outcome(table, decoder, message)).isEqualTo("row (1, 2)");
    assertThat(outcome(table, decoder, "{\"a\"b\":1}"))
        .isEqualTo("error undecodable at byte 4: expected ':', found b");
    assertThat(outcome(table, decoder, "{\"a\\u0022b\":1,\"\\u0063\\\\\":2}"))
        .isEqualTo("row (1, 2)");
  }

  @Test
  void tellsDuplicatesAmongMoreNamesThanAreLearned() {
    JsonDecoder decoder = decoder(TABLE);
    for (int message = 0; message < 10; message++) {
      int number = message;
      List<String> names =
          new ArrayList<>(IntStream.range(0, 500).mapToObj(i -> number + "n" + i).toList());
      names.add("a");
      assertThat(outcome(TABLE, decoder, object(names))).isEqualTo("row (1, null, null)");
      names.add(number + "n499");
      assertThat(outcome(TABLE, decoder, object(names)))
          .endsWith(
              "expected each name once in an object, found \"%dn499\" again".formatted(number));
    }
    String longName = "n".repeat(1_000);
    assertThat(outcome(TABLE, decoder, object(List.of(longName, "a")))).startsWith("row");
    assertThat(outcome(TABLE, decoder, object(List.of(longName, "a", longName))))
        .startsWith("error");
  }

  @Test
  void holdsManyColumns() {
    RowType table =
        Corpus.type(
            IntStream.range(0, 1_000)
                .mapToObj(i -> "c" + i + " INT")
                .collect(Collectors.joining(", ")));
    JsonDecoder decoder = decoder(table);
    List<String> names = new ArrayList<>(table.getFieldNames());
    Collections.shuffle(names, random);
    String expected =
        table.getFieldNames().stream()
            .map(name -> Integer.toString(name.length()))
            .collect(Collectors.joining(", ", "row (", ")"));
    assertThat(outcome(table, decoder, object(names))).isEqualTo(expected);
    assertThat(outcome(table, decoder, object(names))).isEqualTo(expected);
  }

  @Test
  void goesAsDeepAsAllowed() {
    JsonSettings deep = new JsonSettings(TimestampFormat.SQL, false, JsonSettings.DEEPEST, 1 << 20);
    JsonDecoder decoder = Decoders.all(TABLE, deep);
    for (String open : List.of("[", "{\"x\":")) {
      String close = open.equals("[") ? "]" : "}";
      int depth = JsonSettings.DEEPEST - 1;
      String value = open.repeat(depth) + "1" + close.repeat(depth);
      assertThat(outcome(TABLE, decoder, "{\"x\":%s}".formatted(value))).startsWith("row");
      assertThat(outcome(TABLE, decoder, "{\"x\":%s%s%s}".formatted(open, value, close)))
          .contains("expected at most 1000 objects and arrays open (max-depth), found one more");
    }
  }
}
