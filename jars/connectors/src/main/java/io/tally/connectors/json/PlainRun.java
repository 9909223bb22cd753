package io.tally.connectors.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds the end of characters that need no care: ASCII, no controls, no quote, no backslash. */
final class PlainRun {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private PlainRun() {}

  /** The position of the first byte that is not plain, or the end. */
  static int end(byte[] bytes, int from, int end) {
    int at = from;
    for (; at + 8 <= end; at += 8) {
      long care = care(word(bytes, at));
      if (care != 0) {
        return at + (Long.numberOfTrailingZeros(care) >>> 3);
      }
    }
    while (at < end && isPlain(bytes[at])) {
      at++;
    }
    return at;
  }

  /** Eight bytes, the first one lowest. */
  static long word(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  static boolean isPlain(byte value) {
    return value >= ' ' && value != '"' && value != '\\';
  }

  /**
   * Has the high bit of each byte set that is not plain. Borrows may set one too many, but only
   * above one that is right, and the lowest one counts.
   */
  private static long care(long word) {
    long quotes = word ^ '"' * ONES;
    long backslashes = word ^ '\\' * ONES;
    long low = word - ' ' * ONES | quotes - ONES | backslashes - ONES;
    return (low & ~word | word) & HIGH_BITS;
  }
}
