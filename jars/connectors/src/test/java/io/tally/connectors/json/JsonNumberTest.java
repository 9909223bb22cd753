package io.tally.connectors.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/** Numbers of all lengths and exponents against the JDK's. */
class JsonNumberTest {

  private static final int CASES = 50_000;
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);

  private final Random random = new Random(20130131);

  private static Object decode(JsonDecoder decoder, String number) {
    GenericRowData row = new GenericRowData(1);
    byte[] message = "{\"n\":%s}".formatted(number).getBytes(StandardCharsets.UTF_8);
    return decoder.decode(message, row) == null ? row.getField(0) : "refused";
  }

  private static JsonDecoder decoder(String type) {
    return Decoders.all(Corpus.type("n " + type), JsonSettings.defaults());
  }

  /** Of few or many digits, with many zeros, near the bounds of a long or not. */
  private String number() {
    String whole = random.nextInt(4) > 0 ? digits(22) : longish();
    String fraction = random.nextBoolean() ? "" : "." + digits(22) + "0".repeat(random.nextInt(4));
    String exponent = random.nextInt(3) > 0 ? "" : "e" + (random.nextInt(50) - 25);
    return (random.nextBoolean() ? "" : "-") + whole + fraction + exponent;
  }

  private String longish() {
    return BigInteger.valueOf(Long.MAX_VALUE)
        .add(BigInteger.valueOf(random.nextInt(5) - 1))
        .toString();
  }

  /** Without leading zeros. */
  private String digits(int most) {
    StringBuilder digits = new StringBuilder();
    int length = 1 + random.nextInt(most);
    for (int i = 0; i < length; i++) {
      digits.append(random.nextInt(3) > 0 ? random.nextInt(10) : 0);
    }
    return digits.charAt(0) == '0' ? "0" : digits.toString();
  }

  @Test
  void readsWholeNumbersThatFitALong() {
    JsonDecoder decoder = decoder("BIGINT");
    int whole = 0;
    for (int i = 0; i < CASES; i++) {
      String number = number();
      BigDecimal value = new BigDecimal(number);
      boolean fits = value.compareTo(MOST) <= 0 && value.compareTo(LEAST) >= 0 && isWhole(value);
      whole += fits ? 1 : 0;
      assertThat(decode(decoder, number))
          .as(number)
          .isEqualTo(fits ? (Object) value.longValueExact() : "refused");
    }
    assertThat(whole).isBetween(CASES / 10, CASES * 9 / 10);
  }

  private static boolean isWhole(BigDecimal value) {
    return value.stripTrailingZeros().scale() <= 0;
  }

  @Test
  void readsTheNearestDoubleAndFloat() {
    JsonDecoder doubles = decoder("DOUBLE");
    JsonDecoder floats = decoder("FLOAT");
    for (int i = 0; i < CASES; i++) {
      String number = number();
      assertThat(decode(doubles, number)).as(number).isEqualTo(Double.parseDouble(number));
      float nearest = Float.parseFloat(number);
      assertThat(decode(floats, number))
          .as(number)
          .isEqualTo(Float.isInfinite(nearest) ? (Object) "refused" : nearest);
    }
  }

  @Test
  void readsBackEveryDouble() {
    JsonDecoder decoder = decoder("DOUBLE");
    for (int i = 0; i < CASES; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(decode(decoder, Double.toString(value))).isEqualTo(value);
      }
    }
  }

  @Test
  void readsDecimalsExactly() {
    for (String type : new String[] {"DECIMAL(18, 4)", "DECIMAL(38, 20)", "DECIMAL(5, 0)"}) {
      RowType table = Corpus.type("n " + type);
      JsonDecoder decoder = decoder(type);
      String[] bounds = type.replaceAll("[^0-9 ]", "").split(" ");
      int precision = Integer.parseInt(bounds[0]);
      int scale = Integer.parseInt(bounds[1]);
      for (int i = 0; i < CASES; i++) {
        String number = number();
        byte[] message = "{\"n\":%s}".formatted(number).getBytes(StandardCharsets.UTF_8);
        assertThat(Decoders.outcome(table, decoder, message))
            .as(number)
            .startsWith(decimal(new BigDecimal(number), precision, scale));
      }
    }
  }

  private static String decimal(BigDecimal value, int precision, int scale) {
    BigDecimal shortest = value.stripTrailingZeros();
    boolean fits =
        value.signum() == 0
            || shortest.scale() <= scale
                && shortest.precision() - shortest.scale() <= precision - scale;
    return fits ? "row (" + shortest.setScale(scale).toPlainString() + ")" : "error undecodable";
  }

  /** Working out a million digits would take seconds for each message. */
  @Test
  void doesNotWorkOutWhatNoColumnHolds() {
    String million = "1".repeat(1_000_000);
    assertThat(decode(decoder("BIGINT"), million)).isEqualTo("refused");
    assertThat(decode(decoder("DECIMAL(38, 0)"), million)).isEqualTo("refused");
    assertThat(decode(decoder("DOUBLE"), million)).isEqualTo("refused");
    assertThat(decode(decoder("DOUBLE"), "0." + million)).isEqualTo(1.0 / 9);
    assertThat(decode(decoder("BIGINT"), "1." + "0".repeat(1_000_000))).isEqualTo(1L);
    assertThat(decode(decoder("BIGINT"), "0." + "0".repeat(999_990) + "1e999991")).isEqualTo(1L);
  }
}
