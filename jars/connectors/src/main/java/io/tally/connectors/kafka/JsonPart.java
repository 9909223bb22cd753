package io.tally.connectors.kafka;

import io.tally.connectors.json.DecodeError;
import io.tally.connectors.json.JsonDecoder;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.data.GenericRowData;

/** Decodes a part with tally's JSON decoder, straight into rows of the wanted width. */
final class JsonPart implements PartDecoder {

  private static final long serialVersionUID = 1L;

  private final String part;
  private final JsonDecoder decoder;
  private final int width;

  JsonPart(String part, JsonDecoder decoder, int width) {
    this.part = part;
    this.decoder = decoder;
    this.width = width;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {}

  @Override
  public Fault decode(byte[] bytes, List<GenericRowData> rows) {
    GenericRowData row = new GenericRowData(width);
    DecodeError error;
    try {
      error = decoder.decode(bytes, row);
    } catch (RuntimeException e) {
      // The decoder foresees none, but one message must not stop the job again and again.
      return Fault.undecodable(
          "the %s cannot be decoded: %s".formatted(part, FormatDecoder.reason(e)));
    }
    if (error == null) {
      rows.add(row);
      return null;
    }
    return fault(error);
  }

  private Fault fault(DecodeError error) {
    Fault.Reason reason =
        error.kind() == DecodeError.Kind.MISSING ? Fault.Reason.MISSING : Fault.Reason.UNDECODABLE;
    return new Fault(reason, "key".equals(part) ? "key: " + error.text() : error.text());
  }
}
