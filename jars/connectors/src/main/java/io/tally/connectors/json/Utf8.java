package io.tally.connectors.json;

/** Well-formed UTF-8 as Unicode's table 3-7 has it. */
final class Utf8 {

  private Utf8() {}

  static boolean isContinuation(byte value) {
    return (value & 0xc0) == 0x80;
  }

  /** The position behind the character of two bytes or more that begins here. */
  static int characterEnd(byte[] bytes, int at, int end) {
    int next = at + length(bytes[at] & 0xff);
    if (next == at || next > end || !isSecond(bytes[at] & 0xff, bytes[at + 1] & 0xff)) {
      throw refusal(bytes, at);
    }
    for (int i = at + 2; i < next; i++) {
      if (!isContinuation(bytes[i])) {
        throw refusal(bytes, at);
      }
    }
    return next;
  }

  private static int length(int lead) {
    if (lead < 0xc2 || lead > 0xf4) {
      return 0;
    }
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  }

  /** The second byte tells overlong forms, surrogates and what is beyond U+10FFFF. */
  private static boolean isSecond(int lead, int second) {
    int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return second >= least && second <= most;
  }

  /** Writes a character; returns the position behind it. */
  static int write(int codePoint, byte[] into, int at) {
    if (codePoint < 0x80) {
      into[at] = (byte) codePoint;
      return at + 1;
    }
    int length = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    int rest = codePoint;
    for (int i = at + length - 1; i > at; i--) {
      into[i] = (byte) (0x80 | rest & 0x3f);
      rest >>= 6;
    }
    into[at] = (byte) (0xf00 >> length | rest);
    return at + length;
  }

  private static Refusal refusal(byte[] bytes, int at) {
    return Refusal.undecodable(at, "UTF-8", Found.hex(bytes[at]));
  }
}
