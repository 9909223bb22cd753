package io.tally.connectors.statistics;

/**
 * A sum of doubles with twice their precision, after Dekker (1971), "A floating-point technique for
 * extending the available precision": {@code high + low}, where low is what high has no room for.
 *
 * <p>What was added can be taken away again in any order, which leaves no error to speak of: with
 * 106 bits, the deviations of numbers a hundred million times as large keep 12 digits.
 */
record PreciseSum(double high, double low) {

  /** The exact square of a number. */
  static PreciseSum square(double value) {
    double high = value * value;
    return new PreciseSum(high, Math.fma(value, value, -high));
  }

  PreciseSum plus(PreciseSum other) {
    double sum = high + other.high;
    double shifted = sum - high;
    double lost = (high - (sum - shifted)) + (other.high - shifted);
    return normalized(sum, lost + low + other.low);
  }

  PreciseSum minus(PreciseSum other) {
    return plus(new PreciseSum(-other.high, -other.low));
  }

  PreciseSum times(int factor) {
    return new PreciseSum(factor * high, factor * low);
  }

  /** The square of the sum, divided by a count. */
  PreciseSum squaredOver(long count) {
    double square = high * high;
    double rest = Math.fma(high, high, -square) + 2 * high * low;
    double quotient = square / count;
    double remainder = Math.fma(-quotient, count, square) + rest;
    return normalized(quotient, remainder / count);
  }

  private static PreciseSum normalized(double high, double low) {
    double sum = high + low;
    return new PreciseSum(sum, low - (sum - high));
  }
}
