package io.tally.connectors.json;

import java.util.Arrays;

/** The name of a field, declared or seen in messages before. */
final class Name {

  final byte[] bytes;
  final int hash;

  /** The declared field of this name, or null. */
  final RowField field;

  /** The name that came behind this one the last time. */
  Name follower;

  /** The last object that had a field of this name. */
  long object;

  /** The name, the quote and the colon behind it, or null if it is written with escapes. */
  private final long[] words;

  private final long lastMask;

  Name(byte[] bytes, int hash, RowField field) {
    this.bytes = bytes;
    this.hash = hash;
    this.field = field;
    int written = bytes.length + 2;
    lastMask = written % 8 == 0 ? -1L : (1L << written % 8 * 8) - 1;
    words = isPlain() ? words(written) : null;
  }

  private boolean isPlain() {
    for (byte value : bytes) {
      if (value >= 0 && !PlainRun.isPlain(value)) {
        return false;
      }
    }
    return true;
  }

  private long[] words(int written) {
    byte[] padded = Arrays.copyOf(bytes, (written + 7) / 8 * 8);
    padded[bytes.length] = '"';
    padded[bytes.length + 1] = ':';
    long[] result = new long[padded.length / 8];
    for (int i = 0; i < result.length; i++) {
      result[i] = PlainRun.word(padded, i * 8);
    }
    return result;
  }

  /** Whether it stands here, with the quote and the colon right behind it. */
  boolean standsAt(byte[] message, int at, int end) {
    if (words == null) {
      return false;
    }
    return at + words.length * 8 <= end ? hasWords(message, at) : hasBytes(message, at, end);
  }

  private boolean hasBytes(byte[] message, int at, int end) {
    int quote = at + bytes.length;
    return quote + 1 < end
        && message[quote] == '"'
        && message[quote + 1] == ':'
        && Arrays.equals(bytes, 0, bytes.length, message, at, quote);
  }

  private boolean hasWords(byte[] message, int at) {
    int last = words.length - 1;
    for (int i = 0; i < last; i++) {
      if (PlainRun.word(message, at + i * 8) != words[i]) {
        return false;
      }
    }
    return ((PlainRun.word(message, at + last * 8) ^ words[last]) & lastMask) == 0;
  }
}
