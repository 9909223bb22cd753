package io.tally.connectors.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * One number, exactly: a whole number times a power of ten. Most fit a long; the others are worked
 * out from their digits when they are asked for.
 */
final class JsonNumber {

  /** More digits than this that count fit no column. */
  private static final int MOST_DIGITS = 38;

  /** Larger ones are taken for this: the digits of the longest message do not make up for it. */
  private static final int FAR_EXPONENT = 100_000_000;

  // The largest double is 1.8e308.
  private static final int FINITE_DIGITS = 308;
  private static final long EXACT_DOUBLE = 1L << 53;
  private static final int EXACT_FLOAT = 1 << 24;
  private static final long[] TENS = new long[19];
  // Powers of ten that a double, and the first of which a float, holds exactly.
  private static final double[] DOUBLE_TENS = new double[23];

  static {
    TENS[0] = 1;
    DOUBLE_TENS[0] = 1;
    for (int i = 1; i < DOUBLE_TENS.length; i++) {
      DOUBLE_TENS[i] = DOUBLE_TENS[i - 1] * 10;
    }
    for (int i = 1; i < TENS.length; i++) {
      TENS[i] = TENS[i - 1] * 10;
    }
  }

  private byte[] bytes;
  private int from;
  private int to;
  private boolean negative;
  private long mantissa;
  private int digits;
  private int exponent;
  private long scaled;

  static long tens(int power) {
    return TENS[power];
  }

  /** Reads the number that begins here; returns the position behind it. */
  int scan(byte[] bytes, int at, int end) {
    this.bytes = bytes;
    from = at;
    negative = bytes[at] == '-';
    mantissa = 0;
    digits = 0;
    exponent = 0;
    int place = wholePart(negative ? at + 1 : at, end);
    if (place < end && bytes[place] == '.') {
      int point = place + 1;
      place = digits(point, end);
      exponent = point - place;
    }
    if (place < end && (bytes[place] | 0x20) == 'e') {
      place = exponent(place + 1, end);
    }
    to = place;
    return place;
  }

  /** Whether a number goes on behind its whole part with this byte. */
  static boolean goesOn(byte value) {
    return value == '.' || (value | 0x20) == 'e';
  }

  private int wholePart(int at, int end) {
    int place = digits(at, end);
    if (bytes[at] == '0' && place > at + 1) {
      throw refusal(from, "a number without leading zeros", end);
    }
    return place;
  }

  private int digits(int at, int end) {
    int place = at;
    long value = mantissa;
    while (place + 8 <= end) {
      long word = Digits.word(bytes, place);
      int count = Digits.count(word);
      value = value * TENS[count] + Digits.value(word, count);
      place += count;
      if (count < 8) {
        return digitsEnd(at, place, end, value);
      }
    }
    while (place < end && Digits.isDigit(bytes[place])) {
      value = value * 10 + bytes[place++] - '0';
    }
    return digitsEnd(at, place, end, value);
  }

  private int digitsEnd(int at, int place, int end, long value) {
    if (place == at) {
      throw refusal(at, "a digit", end);
    }
    mantissa = value;
    digits += place - at;
    return place;
  }

  private int exponent(int at, int end) {
    boolean signed = at < end && (bytes[at] == '+' || bytes[at] == '-');
    int first = signed ? at + 1 : at;
    int place = first;
    int value = 0;
    for (; place < end && Digits.isDigit(bytes[place]); place++) {
      value = Math.min(FAR_EXPONENT, value * 10 + bytes[place] - '0');
    }
    if (place == first) {
      throw refusal(first, "a digit", end);
    }
    exponent += bytes[at] == '-' ? -value : value;
    return place;
  }

  private Refusal refusal(int at, String expected, int end) {
    return Refusal.undecodable(at, expected, Found.at(bytes, at, end));
  }

  /** Whether all digits are in the mantissa. Of 19 digits, those beyond a long make it negative. */
  private boolean isCompact() {
    return digits < 19 || digits == 19 && mantissa >= 0;
  }

  /** Whether the number times 10 to this power is whole and fits a long: {@link #scaled} then. */
  boolean scale(int power) {
    if (!isCompact()) {
      return scaleLong(power);
    }
    int tens = exponent + power;
    scaled = negative ? -mantissa : mantissa;
    return tens == 0 || mantissa == 0 || (tens > 0 ? multiply(tens) : divide(-tens));
  }

  private boolean multiply(int tens) {
    if (tens >= TENS.length || Math.abs(scaled) > Long.MAX_VALUE / TENS[tens]) {
      return false;
    }
    scaled *= TENS[tens];
    return true;
  }

  private boolean divide(int tens) {
    if (tens >= TENS.length || scaled % TENS[tens] != 0) {
      return false;
    }
    scaled /= TENS[tens];
    return true;
  }

  private boolean scaleLong(int power) {
    BigDecimal value = exact();
    try {
      scaled = value == null ? 0 : value.scaleByPowerOfTen(power).longValueExact();
      return value != null;
    } catch (ArithmeticException e) {
      return false;
    }
  }

  long scaled() {
    return scaled;
  }

  /**
   * The number without trailing zeros, or null if it has so many digits that no column holds it.
   * Only as many digits are looked at as that: working out a million takes too long.
   */
  BigDecimal exact() {
    StringBuilder kept = new StringBuilder();
    int zeros = 0;
    for (int i = from; i < to && (bytes[i] | 0x20) != 'e'; i++) {
      if (bytes[i] == '0') {
        zeros++;
      } else if (bytes[i] > '0') {
        if (kept.length() > 0 && kept.length() + zeros >= MOST_DIGITS) {
          return null;
        }
        kept.append("0".repeat(kept.length() > 0 ? zeros : 0)).append((char) bytes[i]);
        zeros = 0;
      }
    }
    return kept.length() == 0 ? BigDecimal.ZERO : signed(kept.toString(), exponent + zeros);
  }

  private BigDecimal signed(String kept, int tens) {
    BigInteger value = new BigInteger(kept);
    return new BigDecimal(negative ? value.negate() : value, -tens);
  }

  /** Whether it is below the largest double, told from where its first digit is. */
  boolean isPlainlyFinite() {
    return digits + exponent <= FINITE_DIGITS;
  }

  /** The nearest double, infinite if there is none. */
  double doubleValue() {
    // A double holds both numbers exactly, and IEEE 754 rounds their product or quotient once.
    if (isCompact() && mantissa <= EXACT_DOUBLE && Math.abs(exponent) < DOUBLE_TENS.length) {
      double tens = DOUBLE_TENS[Math.abs(exponent)];
      double value = exponent < 0 ? mantissa / tens : mantissa * tens;
      return negative ? -value : value;
    }
    return Double.parseDouble(source());
  }

  /** The nearest float, infinite if there is none. Not by way of a double, which rounds twice. */
  float floatValue() {
    if (isCompact() && mantissa <= EXACT_FLOAT && Math.abs(exponent) <= 10) {
      float tens = (float) DOUBLE_TENS[Math.abs(exponent)];
      float value = exponent < 0 ? mantissa / tens : mantissa * tens;
      return negative ? -value : value;
    }
    return Float.parseFloat(source());
  }

  private String source() {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
