package io.tally.connectors.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Squared deviations against exact arithmetic, whatever comes, goes and is merged, in any order.
 */
class SquaredDeviationsTest {

  private final SquaredDeviations function = new SquaredDeviations();

  @Test
  void equalsExactArithmeticAfterValuesCameAndWentInAnyOrder() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      double middle = Math.pow(10, random.nextInt(-3, 9));
      List<Double> stay = new ArrayList<>();
      List<Deviations> parts = List.of(new Deviations(), new Deviations(), new Deviations());
      for (int i = 0; i < 50; i++) {
        double value = middle + random.nextGaussian();
        Deviations one = parts.get(random.nextInt(3));
        Deviations other = parts.get(random.nextInt(3));
        if (random.nextInt(3) == 0) {
          // Taken back before it comes, as it may be elsewhere.
          function.retract(one, value);
          function.accumulate(other, value);
        } else {
          function.accumulate(one, value);
          stay.add(value);
        }
      }
      Deviations all = function.createAccumulator();
      function.merge(all, parts);
      double exact = exact(stay);
      assertEquals(exact, function.getValue(all), exact * 1e-12, "seed " + seed);
    }
  }

  private static double exact(List<Double> values) {
    MathContext digits = new MathContext(60);
    BigDecimal count = BigDecimal.valueOf(values.size());
    BigDecimal sum = BigDecimal.ZERO;
    for (double value : values) {
      sum = sum.add(new BigDecimal(value));
    }
    BigDecimal mean = sum.divide(count, digits);
    BigDecimal total = BigDecimal.ZERO;
    for (double value : values) {
      total = total.add(new BigDecimal(value).subtract(mean).pow(2));
    }
    return total.doubleValue();
  }

  @Test
  void isNullOfNoNumberAndZeroOfOne() {
    Deviations kept = function.createAccumulator();
    function.accumulate(kept, null);
    assertNull(function.getValue(kept));
    function.accumulate(kept, new BigDecimal("0.1"));
    assertEquals(0.0, function.getValue(kept));
    function.retract(kept, new BigDecimal("0.1"));
    assertNull(function.getValue(kept));
  }

  @Test
  void isNoNumberOnlyForAsLongAsOneOfTheNumbersIsNone() {
    for (double odd : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
      Deviations kept = function.createAccumulator();
      function.accumulate(kept, 1);
      function.accumulate(kept, odd);
      function.accumulate(kept, 3L);
      assertEquals(Double.NaN, function.getValue(kept));
      function.retract(kept, odd);
      assertEquals(2.0, function.getValue(kept));
    }
  }
}
