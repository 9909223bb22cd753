package io.tally.connectors.json;

import java.nio.charset.StandardCharsets;

/** Says in a few words what stands at a place of a message that may be anything. */
final class Found {

  private static final int QUOTED = 60;
  // A code point takes at most this many bytes, so that no more need be looked at.
  private static final int QUOTED_BYTES = 4 * (QUOTED + 1);

  private Found() {}

  static String at(byte[] bytes, int at, int end) {
    if (at >= end) {
      return "the end of the message";
    }
    return switch (bytes[at]) {
      case '"' -> "the string " + quoted(bytes, at + 1, stringEnd(bytes, at + 1, end));
      case '{' -> "an object";
      case '[' -> "an array";
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
          "the number " + shortened(bytes, at, wordEnd(bytes, at, end));
      default -> other(bytes, at, end);
    };
  }

  private static String other(byte[] bytes, int at, int end) {
    if (isWord(bytes[at])) {
      return shortened(bytes, at, wordEnd(bytes, at, end));
    }
    boolean printable = bytes[at] > ' ' && bytes[at] < 0x7f;
    return printable ? "'%c'".formatted((char) bytes[at]) : hex(bytes[at]);
  }

  static String hex(byte value) {
    return "byte 0x%02X".formatted(value & 0xff);
  }

  /** The text between the positions, in double quotes and on one line. */
  static String quoted(byte[] bytes, int from, int to) {
    return '"' + shortened(bytes, from, to) + '"';
  }

  private static String shortened(byte[] bytes, int from, int to) {
    int length = Math.min(to - from, QUOTED_BYTES);
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    boolean whole = text.codePointCount(0, text.length()) <= QUOTED;
    String kept = whole ? text : text.substring(0, text.offsetByCodePoints(0, QUOTED)) + "…";
    return kept.codePoints()
        .collect(StringBuilder::new, Found::append, StringBuilder::append)
        .toString();
  }

  private static void append(StringBuilder text, int codePoint) {
    if (breaksLine(codePoint)) {
      text.append("\\u%04x".formatted(codePoint));
    } else {
      text.appendCodePoint(codePoint);
    }
  }

  private static boolean breaksLine(int codePoint) {
    return Character.isISOControl(codePoint) || codePoint == 0x2028 || codePoint == 0x2029;
  }

  private static int stringEnd(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && bytes[at] != '"') {
      at += bytes[at] == '\\' ? 2 : 1;
    }
    return Math.min(at, end);
  }

  private static int wordEnd(byte[] bytes, int from, int end) {
    int at = from;
    while (at < end && isWord(bytes[at])) {
      at++;
    }
    return at;
  }

  private static boolean isWord(byte value) {
    return value >= '0' && value <= '9'
        || value >= 'a' && value <= 'z'
        || value >= 'A' && value <= 'Z'
        || value == '+'
        || value == '-'
        || value == '.'
        || value == '_';
  }
}
