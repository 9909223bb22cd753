package io.tally.connectors.kafka;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;

/** Decodes the key or the message of a record with its format, and accounts for what comes out. */
final class RowDecoder implements Serializable {

  private static final long serialVersionUID = 1L;

  /** A format may quote the message in its error. */
  private static final int MAX_REASON = 500;

  private final String part;
  private final DeserializationSchema<RowData> format;
  private final boolean exactlyOneRow;

  /**
   * @param part what is decoded, for errors: {@code key} or {@code message}
   * @param exactlyOneRow whether each record must make one row; false for a changelog format, where
   *     an update makes two and a tombstone none
   */
  RowDecoder(String part, DeserializationSchema<RowData> format, boolean exactlyOneRow) {
    this.part = part;
    this.format = format;
    this.exactlyOneRow = exactlyOneRow;
  }

  void open(DeserializationSchema.InitializationContext context) throws Exception {
    format.open(context);
  }

  /**
   * Decodes the bytes of a record's part.
   *
   * @throws UndecodableRecordException if the format fails, or makes not one row where it must
   */
  List<GenericRowData> decode(ConsumerRecord<byte[], byte[]> kafkaRecord, byte[] bytes)
      throws UndecodableRecordException {
    Rows rows = new Rows();
    try {
      format.deserialize(bytes, rows);
    } catch (Exception e) {
      throw new UndecodableRecordException(kafkaRecord, reason(e), e);
    }
    if (exactlyOneRow && rows.list.size() != 1) {
      throw new UndecodableRecordException(kafkaRecord, miscounted(bytes, rows.list.size()), null);
    }
    return rows.list;
  }

  private String miscounted(byte[] bytes, int rows) {
    if (rows > 1) {
      return "the %s holds %d rows, not one".formatted(part, rows);
    }
    if (bytes == null) {
      return "the %s is null".formatted(part);
    }
    return bytes.length == 0
        ? "the %s is empty".formatted(part)
        : "the %s holds no row".formatted(part);
  }

  /** The causes' texts in one line; the outermost only quotes the message. */
  private static String reason(Throwable error) {
    Set<String> texts = new LinkedHashSet<>();
    Throwable cause = error.getCause() == null ? error : error.getCause();
    while (cause != null) {
      texts.add(firstLine(cause));
      cause = cause.getCause();
    }
    String reason = String.join(": ", texts);
    return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "...";
  }

  private static String firstLine(Throwable error) {
    String text = error.getMessage() == null ? "" : error.getMessage().strip();
    String line = text.lines().findFirst().orElse(error.getClass().getSimpleName());
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }

  private static final class Rows implements Collector<RowData> {
    private final List<GenericRowData> list = new ArrayList<>(1);

    @Override
    public void collect(RowData row) {
      list.add((GenericRowData) row);
    }

    @Override
    public void close() {}
  }
}
