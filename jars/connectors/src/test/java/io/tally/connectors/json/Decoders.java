package io.tally.connectors.json;

import java.util.stream.IntStream;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;

/** Decoders of tests, and what they say as text. */
final class Decoders {

  private Decoders() {}

  /** Of which every column is wanted. */
  static JsonDecoder all(RowType table, JsonSettings settings) {
    return new JsonDecoder(table, IntStream.range(0, table.getFieldCount()).toArray(), settings);
  }

  /** The row or error of a message, as a {@link Corpus} has it. */
  static String outcome(RowType table, JsonDecoder decoder, byte[] message) {
    GenericRowData row = new GenericRowData(table.getFieldCount());
    DecodeError error = decoder.decode(message, row);
    return error == null ? "row " + RowText.of(table, row) : outcome(error);
  }

  static String outcome(DecodeError error) {
    return "error %s %s".formatted(error.kind(), error.text());
  }
}
