package io.tally.connectors.json;

import java.nio.charset.StandardCharsets;

/** A place in the message that is read, and what is read from it next. */
final class Cursor {

  /** What {@link #next} gives behind the last byte. */
  static final int END = 256;

  static final byte[] TRUE = ascii("true");
  static final byte[] FALSE = ascii("false");
  static final byte[] NULL = ascii("null");

  byte[] bytes;
  int at;
  int end;

  private final JsonSettings settings;
  private final Text text = new Text();
  private final JsonNumber number = new JsonNumber();
  private int depth;
  private Refusal missing;

  Cursor(JsonSettings settings) {
    this.settings = settings;
  }

  private static byte[] ascii(String word) {
    return word.getBytes(StandardCharsets.US_ASCII);
  }

  void start(byte[] message) {
    if (message == null) {
      throw Refusal.undecodable(0, "an object", "no message (null)");
    }
    if (message.length > settings.maxBytes()) {
      String most = "at most %d bytes (max-size)".formatted(settings.maxBytes());
      throw Refusal.undecodable(0, most, message.length + " bytes");
    }
    bytes = message;
    at = 0;
    end = message.length;
    depth = 0;
    missing = null;
    refuseByteOrderMark();
  }

  private void refuseByteOrderMark() {
    if (end >= 3 && bytes[0] == (byte) 0xef && bytes[1] == (byte) 0xbb && bytes[2] == (byte) 0xbf) {
      throw Refusal.undecodable(0, "an object", "a byte order mark");
    }
  }

  /** Ends a message, of which nothing more may follow. */
  void finish() {
    if (next() != END) {
      throw refusal("the end of the message");
    }
    if (missing != null) {
      throw missing;
    }
  }

  /** The first byte from here on that is no white space, or {@link #END}; the cursor is on it. */
  int next() {
    // Most messages have no space, or one behind each comma and colon; nothing above it is one.
    int place = at;
    if (place < end && bytes[place] > ' ') {
      return bytes[place];
    }
    if (++place < end && bytes[place] > ' ' && bytes[place - 1] == ' ') {
      at = place;
      return bytes[place];
    }
    return nextBehindSpace();
  }

  private int nextBehindSpace() {
    while (at < end && isSpace(bytes[at])) {
      at++;
    }
    return at < end ? bytes[at] : END;
  }

  private static boolean isSpace(byte value) {
    return value == ' ' || value == '\n' || value == '\r' || value == '\t';
  }

  /** Enters an object or array; {@code expected} is for the error if here is none. */
  void open(char bracket, String expected) {
    if (next() != bracket) {
      throw refusal(expected);
    }
    if (++depth > settings.maxDepth()) {
      String most = "at most %d objects and arrays open (max-depth)".formatted(settings.maxDepth());
      throw Refusal.undecodable(at, most, "one more");
    }
    at++;
  }

  /** Leaves an object or array if it ends here. */
  boolean closes(char bracket) {
    if (next() != bracket) {
      return false;
    }
    depth--;
    at++;
    return true;
  }

  /** Behind a member of an object or array: whether one more follows; if not, leaves it. */
  boolean hasMore(char bracket) {
    if (next() == ',') {
      at++;
      return true;
    }
    if (closes(bracket)) {
      return false;
    }
    throw refusal(bracket == '}' ? "',' or '}'" : "',' or ']'");
  }

  /** How deep the innermost open object or array lies, that of the message at 1. */
  int depth() {
    return depth;
  }

  /** Takes the colon between name and value. */
  void colon() {
    if (next() != ':') {
      throw refusal("':'");
    }
    at++;
  }

  /** Takes one of the three words. */
  void word(byte[] word) {
    if (end - at < word.length) {
      throw refusal(new String(word, StandardCharsets.US_ASCII));
    }
    for (int i = 1; i < word.length; i++) {
      if (bytes[at + i] != word[i]) {
        throw refusal(new String(word, StandardCharsets.US_ASCII));
      }
    }
    at += word.length;
  }

  /** Takes the string here; the text is good until the next string. */
  Text string() {
    int from = at + 1;
    int to = PlainRun.end(bytes, from, end);
    if (to < end && bytes[to] == '"') {
      text.set(bytes, from, to);
    } else {
      to = stringEnd(to);
      take(from, to);
    }
    at = to + 1;
    return text;
  }

  private void take(int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\\') {
        text.unescape(bytes, from, to);
        return;
      }
    }
    text.set(bytes, from, to);
  }

  /** Passes over the string here, which must be well-formed all the same. */
  void skipString() {
    at = stringEnd(at + 1) + 1;
  }

  /** The position of the closing quote. */
  private int stringEnd(int from) {
    int place = PlainRun.end(bytes, from, end);
    while (place < end && bytes[place] != '"') {
      place = PlainRun.end(bytes, carefulEnd(place), end);
    }
    if (place == end) {
      throw Refusal.undecodable(end, "'\"' at the end of a string", "the end of the message");
    }
    return place;
  }

  private int carefulEnd(int place) {
    byte value = bytes[place];
    if (value == '\\') {
      return Escapes.end(bytes, place, end);
    }
    if (value < 0) {
      return Utf8.characterEnd(bytes, place, end);
    }
    throw Refusal.undecodable(
        place, "no control character in a string, or escaped", Found.hex(value));
  }

  /** Takes an empty string, if one is here. */
  boolean takesEmptyString() {
    boolean here = end - at > 1 && bytes[at] == '"' && bytes[at + 1] == '"';
    at += here ? 2 : 0;
    return here;
  }

  /** Whether the byte here begins a number. */
  static boolean beginsNumber(int next) {
    return next >= '0' && next <= '9' || next == '-';
  }

  /** Takes the number here; it is good until the next one. */
  JsonNumber number() {
    at = number.scan(bytes, at, end);
    return number;
  }

  /** Passes over the number here, which must be well-formed all the same. */
  void skipNumber() {
    int first = bytes[at] == '-' ? at + 1 : at;
    if (first + 8 <= end && bytes[first] != '0') {
      int count = Digits.count(Digits.word(bytes, first));
      if (count > 0 && count < 8 && !JsonNumber.goesOn(bytes[first + count])) {
        at = first + count;
        return;
      }
    }
    number();
  }

  /** The number that is all of a text, or null if the text is something else. */
  JsonNumber number(Text source) {
    if (source.length() == 0 || !beginsNumber(source.bytes[source.from])) {
      return null;
    }
    try {
      int behind = number.scan(source.bytes, source.from, source.to);
      return behind == source.to ? number : null;
    } catch (Refusal e) {
      return null;
    }
  }

  /** What is here is not what was expected. */
  Refusal refusal(String expected) {
    return refusal(at, expected);
  }

  Refusal refusal(int place, String expected) {
    return Refusal.undecodable(place, expected, Found.at(bytes, place, end));
  }

  /** Notes a value that must be there. Told at the end only, if nothing worse is found. */
  void miss(String column, int place, String expected, String found) {
    if (missing == null) {
      missing = Refusal.missing(place, expected, found).in(column);
    }
  }
}
