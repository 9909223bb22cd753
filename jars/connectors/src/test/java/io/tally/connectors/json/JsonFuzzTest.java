package io.tally.connectors.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/**
 * Messages drawn at random against Jackson. More of them: {@code -Dtally.json.cases=1000000}, from
 * another seed on: {@code -Dtally.json.seed=1000000}.
 */
class JsonFuzzTest {

  private static final long FIRST_SEED = Long.getLong("tally.json.seed", 1);
  private static final int CASES = Integer.getInteger("tally.json.cases", 20_000);
  private static final RowType NO_COLUMNS = Corpus.type("");
  private static final RowType COLUMNS =
      Corpus.type("s STRING, b BIGINT, d DOUBLE, o BOOLEAN NOT NULL, e DECIMAL(38, 9)");

  private static JsonDecoder decoder(RowType table) {
    return Decoders.all(table, JsonSettings.defaults());
  }

  private static Supplier<String> described(long seed, byte[] message) {
    return () ->
        "the message of seed %d (-Dtally.json.seed=%d -Dtally.json.cases=1), %s"
            .formatted(seed, seed, Found.quoted(message, 0, message.length));
  }

  @Test
  void takesWhatJacksonTakes() {
    JsonDecoder decoder = decoder(NO_COLUMNS);
    int valid = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      byte[] message = new MessageFuzzer(seed).any();
      boolean isObject = JacksonOracle.isObject(message);
      valid += isObject ? 1 : 0;
      String outcome = Decoders.outcome(NO_COLUMNS, decoder, message);
      assertThat(outcome.startsWith("row")).as(described(seed, message)).isEqualTo(isObject);
    }
    assertThat(CASES < 1_000 || valid > CASES / 10 && valid < CASES / 2).as("a mix").isTrue();
  }

  @Test
  void makesTheRowThatJacksonsTreeSays() {
    JsonDecoder decoder = decoder(COLUMNS);
    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      byte[] message = new MessageFuzzer(seed).any();
      String expected = expected(message);
      // Jackson's numbers have no negative zero; the corpus has.
      String outcome = Decoders.outcome(COLUMNS, decoder, message).replace(", -0.0,", ", 0.0,");
      assertThat(outcome).as(described(seed, message)).startsWith(expected);
    }
  }

  /** What becomes of a message; of an error only the kind is known here. */
  private static String expected(byte[] message) {
    if (!JacksonOracle.isObject(message)) {
      return "error undecodable";
    }
    try {
      return expected(JacksonOracle.object(message));
    } catch (NumberFormatException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String expected(JsonNode object) {
    List<Optional<?>> values =
        List.of(
            fit(object.get("s"), JsonNode::isTextual, node -> quoted(node.textValue())),
            fit(object.get("b"), JsonFuzzTest::isLong, node -> node.decimalValue().longValue()),
            fit(object.get("d"), JsonFuzzTest::isFinite, JsonFuzzTest::nearest),
            fit(object.get("o"), JsonNode::isBoolean, JsonNode::booleanValue),
            fit(object.get("e"), JsonFuzzTest::isDecimal, JsonFuzzTest::decimal));
    if (values.stream().anyMatch(Optional::isEmpty)) {
      return "error undecodable";
    }
    boolean missing = !object.path("o").isBoolean();
    return missing
        ? "error missing"
        : "row (" + String.join(", ", values.stream().map(v -> v.get().toString()).toList()) + ")";
  }

  private static Optional<?> fit(
      JsonNode node, Predicate<JsonNode> fits, Function<JsonNode, ?> value) {
    if (node == null || node.isNull()) {
      return Optional.of("null");
    }
    return fits.test(node) ? Optional.of(value.apply(node)) : Optional.empty();
  }

  private static String quoted(String text) {
    RowType table = Corpus.type("s STRING");
    return RowText.of(table, GenericRowData.of(StringData.fromString(text)))
        .replaceAll("^\\(|\\)$", "");
  }

  private static boolean isLong(JsonNode node) {
    return node.isNumber() && isWithin(node, 19, 0) && fitsLong(node.decimalValue());
  }

  private static boolean fitsLong(BigDecimal value) {
    return value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0
        && value.compareTo(BigDecimal.valueOf(Long.MIN_VALUE)) >= 0;
  }

  private static boolean isDecimal(JsonNode node) {
    return node.isNumber() && isWithin(node, 29, 9);
  }

  /** Whether it has no more digits than these before and behind the point. */
  private static boolean isWithin(JsonNode node, int whole, int fraction) {
    BigDecimal value = node.decimalValue().stripTrailingZeros();
    return value.signum() == 0
        || value.precision() - value.scale() <= whole && value.scale() <= fraction;
  }

  private static String decimal(JsonNode node) {
    return node.decimalValue().stripTrailingZeros().setScale(9).toPlainString();
  }

  private static boolean isFinite(JsonNode node) {
    return node.isNumber() && Double.isFinite(node.decimalValue().doubleValue());
  }

  private static double nearest(JsonNode node) {
    return Double.parseDouble(node.decimalValue().toString());
  }

  @Test
  void saysTheSameOfAMessageWhateverCameBefore() {
    List<Corpus.Case> tables = tables();
    List<JsonDecoder> decoders = tables.stream().map(Corpus.Case::decoder).toList();
    for (long seed = FIRST_SEED; seed < FIRST_SEED + CASES; seed++) {
      byte[] message = new MessageFuzzer(seed).any();
      int any = (int) (seed % tables.size());
      Corpus.Case fresh = tables.get(any);
      assertThat(Decoders.outcome(fresh.table(), decoders.get(any), message))
          .as(described(seed, message))
          .isEqualTo(Decoders.outcome(fresh.table(), fresh.decoder(), message))
          .doesNotContain("\n");
    }
  }

  /** A case of each table and settings. */
  private static List<Corpus.Case> tables() {
    return List.copyOf(
        Stream.of("malformed.txt", "valid.txt")
            .flatMap(file -> Corpus.read(file).stream())
            .collect(
                Collectors.toMap(
                    given -> List.of(given.table(), given.settings()),
                    given -> given,
                    (first, other) -> first,
                    LinkedHashMap::new))
            .values());
  }
}
