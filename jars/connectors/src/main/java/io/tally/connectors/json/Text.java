package io.tally.connectors.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The characters of one string as UTF-8, within the message or, if unescaped, beside it. */
final class Text {

  byte[] bytes;
  int from;
  int to;

  private byte[] unescaped = new byte[64];

  void set(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  /** Takes over a well-formed string with escapes in it. */
  void unescape(byte[] source, int start, int end) {
    // No escape is shorter than what it stands for.
    if (unescaped.length < end - start) {
      unescaped = new byte[end - start];
    }
    set(unescaped, 0, Escapes.resolve(source, start, end, unescaped));
  }

  int length() {
    return to - from;
  }

  /** A copy, so that a value that is kept does not keep its message. */
  byte[] copy() {
    return Arrays.copyOfRange(bytes, from, to);
  }

  /** How many characters (code points) it has. */
  int characters() {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += Utf8.isContinuation(bytes[i]) ? 0 : 1;
    }
    return count;
  }

  @Override
  public String toString() {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
