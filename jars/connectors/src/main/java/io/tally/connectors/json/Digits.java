package io.tally.connectors.json;

/** Decimal digits, eight at a time: a loop over them would mispredict its end in each number. */
final class Digits {

  private static final long ZEROS = 0x3030303030303030L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  // Carries what is beyond 9 into the high bit.
  private static final long BEYOND_NINE = 0x7676767676767676L;

  private Digits() {}

  static boolean isDigit(byte value) {
    return value >= '0' && value <= '9';
  }

  /** Eight bytes, the first one lowest, in which digits have their values. */
  static long word(byte[] bytes, int at) {
    return PlainRun.word(bytes, at) ^ ZEROS;
  }

  /** How many of them, from the first on, are digits. A carry only spoils those behind. */
  static int count(long word) {
    long others = (word + BEYOND_NINE | word) & HIGH_BITS;
    return Long.numberOfTrailingZeros(others) >>> 3;
  }

  /** The number that the first digits make: pairs, then fours, then all eight are added up. */
  static long value(long word, int count) {
    // Of none, two shifts by 32 leave nothing; one by 64 would not shift.
    int half = (8 - count) * 4;
    long padded = word << half << half;
    long pairs = padded * (1 + (10 << 8)) >>> 8 & 0x00ff00ff00ff00ffL;
    long fours = pairs * (1 + (100 << 16)) >>> 16 & 0x0000ffff0000ffffL;
    return fours * (1 + (10_000L << 32)) >>> 32;
  }
}
