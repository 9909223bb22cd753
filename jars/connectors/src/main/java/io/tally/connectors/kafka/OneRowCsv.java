package io.tally.connectors.kafka;

import java.io.IOException;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;

/**
 * Flink's CSV format, except that a message with several rows is refused, of which Flink reads the
 * first and leaves the others without a word, and one that is not UTF-8.
 */
final class OneRowCsv implements DeserializationSchema<RowData> {

  private static final long serialVersionUID = 1L;

  /** How Jackson begins its text about the second row. */
  private static final String FURTHER = "Trailing token";

  private final String part;
  private final DeserializationSchema<RowData> csv;
  private transient Utf8Check utf8;

  /**
   * @param part what is decoded, for errors
   */
  OneRowCsv(String part, DeserializationSchema<RowData> csv) {
    this.part = part;
    this.csv = csv;
  }

  @Override
  public void open(InitializationContext context) throws Exception {
    csv.open(context);
    FlinkFormats.refuseFurtherRows(csv);
    utf8 = new Utf8Check();
  }

  @Override
  public RowData deserialize(byte[] message) throws IOException {
    if (message != null && !utf8.isUtf8(message)) {
      throw new IOException("the %s is not UTF-8".formatted(part));
    }
    try {
      return csv.deserialize(message);
    } catch (IOException e) {
      throw holdsFurther(e.getCause())
          ? new IOException("the %s holds more than one row".formatted(part))
          : e;
    }
  }

  private static boolean holdsFurther(Throwable cause) {
    return cause != null && cause.getMessage() != null && cause.getMessage().startsWith(FURTHER);
  }

  @Override
  public boolean isEndOfStream(RowData row) {
    return false;
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return csv.getProducedType();
  }
}
