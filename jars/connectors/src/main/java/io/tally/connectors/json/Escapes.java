package io.tally.connectors.json;

/** What a backslash in a string stands for. */
final class Escapes {

  private static final String NAMES = "\"\\/bfnrt";
  private static final String CHARACTERS = "\"\\/\b\f\n\r\t";

  private Escapes() {}

  /** The position behind the escape, or pair of surrogate escapes, that begins here. */
  static int end(byte[] bytes, int at, int end) {
    if (at + 1 < end && bytes[at + 1] == 'u') {
      return unicodeEnd(bytes, at, end);
    }
    if (at + 1 < end && NAMES.indexOf(bytes[at + 1]) >= 0) {
      return at + 2;
    }
    throw Refusal.undecodable(at, "an escape", found(bytes, at, at + 2, end));
  }

  private static int unicodeEnd(byte[] bytes, int at, int end) {
    int unit = unit(bytes, at, end);
    if (unit < 0) {
      throw Refusal.undecodable(at, "\\u and 4 hexadecimal digits", found(bytes, at, at + 6, end));
    }
    if (!Character.isSurrogate((char) unit)) {
      return at + 6;
    }
    int second = Character.isHighSurrogate((char) unit) ? unit(bytes, at + 6, end) : -1;
    if (second < 0 || !Character.isLowSurrogate((char) second)) {
      throw Refusal.undecodable(
          at, "a pair of surrogates", "a lone one, " + found(bytes, at, at + 6, end));
    }
    return at + 12;
  }

  private static String found(byte[] bytes, int from, int to, int end) {
    return Found.quoted(bytes, from, Math.min(to, end));
  }

  /** The value of the Unicode escape here, or -1 if here is none. */
  private static int unit(byte[] bytes, int at, int end) {
    if (at + 6 > end || bytes[at] != '\\' || bytes[at + 1] != 'u') {
      return -1;
    }
    int unit = 0;
    for (int i = at + 2; i < at + 6; i++) {
      int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
      unit = digit < 0 ? -1 : unit << 4 | digit;
      if (unit < 0) {
        return -1;
      }
    }
    return unit;
  }

  /** Writes a well-formed string without its escapes; returns the position behind it. */
  static int resolve(byte[] source, int from, int to, byte[] into) {
    int written = 0;
    int at = from;
    while (at < to) {
      if (source[at] != '\\') {
        into[written++] = source[at++];
      } else {
        int next = end(source, at, to);
        written = Utf8.write(codePoint(source, at, next), into, written);
        at = next;
      }
    }
    return written;
  }

  private static int codePoint(byte[] bytes, int at, int end) {
    return switch (end - at) {
      case 2 -> CHARACTERS.charAt(NAMES.indexOf(bytes[at + 1]));
      case 6 -> unit(bytes, at, end);
      default ->
          Character.toCodePoint((char) unit(bytes, at, end), (char) unit(bytes, at + 6, end));
    };
  }
}
