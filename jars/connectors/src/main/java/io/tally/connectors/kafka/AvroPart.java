package io.tally.connectors.kafka;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.formats.avro.AvroToRowDataConverters.AvroToRowDataConverter;
import org.apache.flink.table.data.GenericRowData;

/**
 * Decodes a part in Avro's binary encoding, by the schema and to the values of Flink's own format.
 *
 * <p>Flink's format keeps the bytes that it did not read, of a message that was bad or had more
 * than the record, and takes them for the beginning of the next message (FLINK-31951).
 */
final class AvroPart implements PartDecoder {

  private static final long serialVersionUID = 1L;

  private final String part;
  private final String schema;
  private final AvroToRowDataConverter converter;

  private transient GenericDatumReader<GenericRecord> reader;
  private transient AvroDecoder decoder;

  AvroPart(String part, String schema, AvroToRowDataConverter converter) {
    this.part = part;
    this.schema = schema;
    this.converter = converter;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    reader = new GenericDatumReader<>(new Schema.Parser().parse(schema));
    decoder = new AvroDecoder();
  }

  @Override
  public Fault decode(byte[] bytes, List<GenericRowData> rows) {
    if (bytes == null || bytes.length == 0) {
      return Fault.undecodable("the %s is %s".formatted(part, bytes == null ? "null" : "empty"));
    }
    try {
      return read(bytes, rows);
    } catch (EOFException e) {
      return Fault.undecodable("the %s ends within its Avro record".formatted(part));
    } catch (IOException | RuntimeException e) {
      return Fault.undecodable(
          "the %s is no such Avro record: %s".formatted(part, FormatDecoder.reason(e)));
    }
  }

  private Fault read(byte[] bytes, List<GenericRowData> rows) throws IOException {
    decoder.reset(bytes);
    GenericRecord found = reader.read(null, decoder);
    int end = bytes.length - decoder.remaining();
    if (end < bytes.length) {
      return Fault.undecodable(
          "the %s is %d bytes long, and its Avro record ends at %d"
              .formatted(part, bytes.length, end));
    }
    rows.add((GenericRowData) converter.convert(found));
    return null;
  }
}
