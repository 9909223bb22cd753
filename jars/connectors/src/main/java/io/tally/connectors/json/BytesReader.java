package io.tally.connectors.json;

import java.util.Base64;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** Reads BINARY, VARBINARY and BYTES from base64 (RFC 4648, with padding) in a string. */
final class BytesReader extends ValueReader {

  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private final int longest;

  BytesReader(Column column, boolean lenient) {
    super(column, column.typeName() + " as base64", lenient);
    longest = LogicalTypeChecks.getLength(column.type());
  }

  @Override
  byte[] read(Cursor cursor) {
    int next = cursor.next();
    int place = cursor.at;
    byte[] value = next == '"' ? decode(cursor.string().copy()) : null;
    if (value == null) {
      throw cursor.refusal(place, expected);
    }
    if (value.length > longest) {
      throw cursor.refusal(place, column.typeName() + " of at most %d bytes".formatted(longest));
    }
    return value;
  }

  @Override
  void check(Cursor cursor) {
    read(cursor);
  }

  /** Null if it is not base64. */
  private static byte[] decode(byte[] text) {
    if (text.length % 4 != 0 || !endsInZeros(text)) {
      return null;
    }
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Whether the bits of the last character that belong to no byte are 0; Java ignores them. */
  private static boolean endsInZeros(byte[] text) {
    int last = text.length - 1;
    int padding = last < 0 || text[last] != '=' ? 0 : text[last - 1] == '=' ? 2 : 1;
    int unused = padding == 0 ? 0 : padding == 1 ? 0b11 : 0b1111;
    return unused == 0 || (ALPHABET.indexOf(text[last - padding]) & unused) == 0;
  }
}
