package io.tally.connectors.json;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** One row for each message; one that is no row throws. */
public final class JsonFormatSchema implements DeserializationSchema<RowData> {

  private static final long serialVersionUID = 1L;

  private final JsonDecoder decoder;
  private final TypeInformation<RowData> produced;

  JsonFormatSchema(JsonDecoder decoder, TypeInformation<RowData> produced) {
    this.decoder = decoder;
    this.produced = produced;
  }

  /** For those who want the error of a message in hand. */
  public JsonDecoder decoder() {
    return decoder;
  }

  /**
   * Decodes a message.
   *
   * @throws IOException with the text of the {@link DecodeError}, if it is no row
   */
  @Override
  public RowData deserialize(byte[] message) throws IOException {
    GenericRowData row = new GenericRowData(decoder.arity());
    DecodeError error = decoder.decode(message, row);
    if (error != null) {
      throw new IOException(error.text());
    }
    return row;
  }

  @Override
  public boolean isEndOfStream(RowData next) {
    return false;
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return produced;
  }
}
