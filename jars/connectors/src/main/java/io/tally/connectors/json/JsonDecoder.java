package io.tally.connectors.json;

import java.io.Serializable;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Decodes the messages of one table. Not thread safe. The values made are copies: none keeps its
 * message.
 */
public final class JsonDecoder implements Serializable {

  private static final long serialVersionUID = 1L;

  private final RowType declared;
  private final int[] produced;
  private final JsonSettings settings;

  private transient Cursor cursor;
  private transient RowReader reader;

  /**
   * Makes a decoder.
   *
   * @param declared the columns that a message has. All are checked, wanted or not: the projection
   *     of a query does not change which messages are valid
   * @param produced positions of the columns whose values are wanted, in the order of the row made
   * @throws ValidationException if a column has a type that JSON is not read into
   */
  public JsonDecoder(RowType declared, int[] produced, JsonSettings settings) {
    this.declared = declared;
    this.produced = produced.clone();
    this.settings = settings;
    prepare();
  }

  private void prepare() {
    cursor = new Cursor(settings);
    reader = new ValueReaders(settings).message(declared, produced);
  }

  /** How many fields of a row {@link #decode} sets. */
  public int arity() {
    return produced.length;
  }

  /**
   * Decodes a message, any bytes or null.
   *
   * @param row of which the first fields, as many as are produced, are set; undefined after an
   *     error
   * @return null, or why the message is no row
   */
  public DecodeError decode(byte[] message, GenericRowData row) {
    if (reader == null) {
      prepare();
    }
    try {
      cursor.start(message);
      reader.fill(cursor, row);
      cursor.finish();
      return null;
    } catch (Refusal e) {
      return e.error();
    }
  }
}
