package io.tally.connectors.refused;

import java.util.Arrays;

/**
 * A row, or its key, as it is written for people: its beginning where it is too large for a record.
 *
 * @param bytes what is written
 * @param size bytes of the whole
 */
record RowText(byte[] bytes, int size) {

  static RowText of(byte[] whole, int most) {
    return new RowText(whole.length <= most ? whole : Arrays.copyOf(whole, most), whole.length);
  }
}
