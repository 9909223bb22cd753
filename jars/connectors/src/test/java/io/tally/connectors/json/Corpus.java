package io.tally.connectors.json;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.utils.LogicalTypeParser;

/**
 * Messages and what becomes of them, from a text file of lines that begin with a word:
 *
 * <ul>
 *   <li>{@code table} with the columns of the cases that follow, and options behind bars
 *   <li>{@code message} with a message; bytes in hexadecimal between ⟨ and ⟩; {@code null} is none
 *   <li>{@code error} with the kind and text of its error, or {@code row} with its row
 *   <li>{@code #} with a remark
 * </ul>
 */
final class Corpus {

  /** A message of a table, and its row or error as text. */
  record Case(RowType table, JsonSettings settings, byte[] message, String line, String outcome) {

    JsonDecoder decoder() {
      return Decoders.all(table, settings);
    }

    /** Whether the message becomes a row. */
    boolean isValid() {
      return outcome.startsWith("row");
    }

    @Override
    public String toString() {
      return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    }
  }

  private static final Pattern BYTES = Pattern.compile("⟨([0-9A-F ]*)⟩");

  private final List<Case> cases = new ArrayList<>();
  private RowType table;
  private JsonSettings settings;
  private String message;

  private Corpus() {}

  static List<Case> read(String file) {
    Corpus corpus = new Corpus();
    try (InputStream stream = Corpus.class.getResourceAsStream("/json/" + file)) {
      new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(corpus::line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return corpus.cases;
  }

  private void line(String line) {
    String word = line.split(" ", 2)[0];
    String rest = line.substring(Math.min(line.length(), word.length() + 1));
    switch (word) {
      case "table" -> table(rest);
      case "message" -> message = rest;
      case "error", "row" -> cases.add(new Case(table, settings, bytes(message), message, line));
      case "", "#" -> {}
      default -> throw new IllegalArgumentException(line);
    }
  }

  private void table(String columnsAndOptions) {
    String[] parts = columnsAndOptions.split(" \\| ");
    table = type(parts[0]);
    Configuration options = new Configuration();
    for (int i = 1; i < parts.length; i++) {
      String[] option = parts[i].split(" = ");
      options.setString(option[0], option[1]);
    }
    settings = JsonSettings.of(options);
  }

  static RowType type(String columns) {
    String row = "ROW<" + columns + ">";
    return (RowType) LogicalTypeParser.parse(row, Corpus.class.getClassLoader());
  }

  private static byte[] bytes(String message) {
    if (message.equals("null")) {
      return null;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Matcher matcher = BYTES.matcher(message);
    int done = 0;
    while (matcher.find()) {
      bytes.writeBytes(message.substring(done, matcher.start()).getBytes(StandardCharsets.UTF_8));
      bytes.writeBytes(HexFormat.of().parseHex(matcher.group(1).replace(" ", "")));
      done = matcher.end();
    }
    bytes.writeBytes(message.substring(done).getBytes(StandardCharsets.UTF_8));
    return bytes.toByteArray();
  }
}
