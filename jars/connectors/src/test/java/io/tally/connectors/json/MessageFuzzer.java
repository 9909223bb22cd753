package io.tally.connectors.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Draws messages, valid and broken, the same for the same seed. */
final class MessageFuzzer {

  private static final int MOST_DEEP = 4;
  private static final int MOST_STEPS = 3;

  /** What mutations put in: what JSON is made of, and what looks like it. */
  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u",
          "\\ud800",
          "\\udc00",
          "\\u0061",
          "null",
          "true",
          "false",
          "nan",
          "NaN",
          "Infinity",
          "-",
          "+",
          ".",
          "e",
          "E5",
          "0",
          "00",
          "1e999",
          "12345678901234567890",
          "0.1",
          "-0",
          " ",
          "\n",
          "\t",
          "\r",
          "\f",
          "\u00a0",
          "\ufeff",
          "\u2028",
          "é",
          "😀",
          "//",
          "/*",
          "'",
          "\"a\":1,",
          "\"s\":\"x\",",
          ",\"s\":null",
          "{}",
          "[]",
          "\u0000",
          "\u007f",
          "\\n",
          "\\x",
          "a",
          "\"\"");

  private static final List<String> NAMES =
      List.of("s", "b", "d", "o", "e", "x", "y", "long name of a field", "ü", "", "a\\\"b");
  private static final List<String> SCALARS =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-0",
          "1",
          "-17",
          "1.5",
          "1.50",
          "1e3",
          "12E-2",
          "-0.0",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "1e18",
          "1e19",
          "0.1",
          "123456789.123456789",
          "1.7976931348623157e308",
          "1e309",
          "4.9e-324",
          "1e-400",
          "100000000000000000000e-2",
          "3.00000000000000000000000000",
          "\"\"",
          "\"text\"",
          "\"a longer text of plain characters\"",
          "\"ünïcödé 😀\"",
          "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
          "\"\\u00e9\\ud83d\\ude00 and on\"",
          "\"12\"",
          "\"true\"");

  private final Random random;

  MessageFuzzer(long seed) {
    // Neighbouring seeds would begin alike.
    random = new Random(seed * 0x9E3779B97F4A7C15L);
  }

  /** A message that may be anything; many are nearly valid. */
  byte[] any() {
    return switch (random.nextInt(10)) {
      case 0 -> bytes(random.nextInt(40));
      case 1, 2 -> valid();
      case 3 -> truncated(valid());
      default -> mutated(valid());
    };
  }

  /** A message that is an object, save for names that come twice by chance. */
  byte[] valid() {
    StringBuilder json = new StringBuilder();
    object(json, 1);
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private void object(StringBuilder json, int depth) {
    json.append('{').append(space());
    List<String> names = new ArrayList<>(NAMES);
    int fields = random.nextInt(6);
    for (int i = 0; i < fields; i++) {
      String name = names.remove(random.nextInt(names.size()));
      json.append(i == 0 ? "" : ",").append(space()).append('"').append(name).append('"');
      json.append(space()).append(':').append(space());
      value(json, depth + 1);
      json.append(space());
    }
    json.append('}');
  }

  private void array(StringBuilder json, int depth) {
    json.append('[').append(space());
    int elements = random.nextInt(4);
    for (int i = 0; i < elements; i++) {
      json.append(i == 0 ? "" : ",").append(space());
      value(json, depth + 1);
      json.append(space());
    }
    json.append(']');
  }

  private void value(StringBuilder json, int depth) {
    int kind = depth > MOST_DEEP ? 9 : random.nextInt(10);
    switch (kind) {
      case 0 -> object(json, depth);
      case 1 -> array(json, depth);
      default -> json.append(SCALARS.get(random.nextInt(SCALARS.size())));
    }
  }

  private String space() {
    return random.nextInt(8) > 0 ? "" : List.of(" ", "\n", "\t\r", "  ").get(random.nextInt(4));
  }

  private byte[] truncated(byte[] message) {
    return Arrays.copyOf(message, random.nextInt(message.length));
  }

  private byte[] mutated(byte[] message) {
    byte[] result = message;
    int steps = 1 + random.nextInt(MOST_STEPS);
    for (int i = 0; i < steps; i++) {
      result = step(result);
    }
    return result;
  }

  private byte[] step(byte[] message) {
    int from = random.nextInt(message.length + 1);
    int to = Math.min(message.length, from + random.nextInt(4));
    return switch (random.nextInt(5)) {
      case 0 -> spliced(message, from, to, new byte[0]);
      case 1 -> spliced(message, from, from, bytes(1));
      case 2 -> spliced(message, from, to, bytes(to - from));
      case 3 -> spliced(message, from, from, Arrays.copyOfRange(message, from, to));
      default -> spliced(message, from, random.nextBoolean() ? from : to, piece());
    };
  }

  private byte[] piece() {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] spliced(byte[] message, int from, int to, byte[] with) {
    ByteArrayOutputStream result = new ByteArrayOutputStream();
    result.write(message, 0, from);
    result.writeBytes(with);
    result.write(message, to, message.length - to);
    return result.toByteArray();
  }
}
