package io.tally.connectors.kafka;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;

/** Decodes a part of a record with a format of Flink's, and accounts for what comes out. */
final class FormatDecoder implements PartDecoder {

  private static final long serialVersionUID = 1L;

  /** A format may quote the message in its error. */
  private static final int MAX_REASON = 500;

  private final String part;
  private final DeserializationSchema<RowData> format;
  private final RowType type;
  private final boolean exactlyOneRow;

  /**
   * @param part what is decoded, for errors: {@code key} or {@code message}
   * @param type of the rows that the format makes, as declared
   * @param exactlyOneRow whether each record must make one row; false for a changelog format, where
   *     an update makes two and a tombstone none
   */
  FormatDecoder(
      String part, DeserializationSchema<RowData> format, RowType type, boolean exactlyOneRow) {
    this.part = part;
    this.format = format;
    this.type = type;
    this.exactlyOneRow = exactlyOneRow;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) throws Exception {
    format.open(context);
  }

  @Override
  public Fault decode(byte[] bytes, List<GenericRowData> rows) {
    try {
      format.deserialize(bytes, new Rows(rows));
    } catch (Exception e) {
      return Fault.undecodable(reason(e));
    }
    if (!exactlyOneRow) {
      return null;
    }
    return rows.size() == 1
        ? missing(rows.get(0))
        : Fault.undecodable(miscounted(bytes, rows.size()));
  }

  private Fault missing(GenericRowData row) {
    for (int i = 0; i < type.getFieldCount(); i++) {
      if (row.isNullAt(i) && !type.getTypeAt(i).isNullable()) {
        String column = type.getFieldNames().get(i);
        return new Fault(
            Fault.Reason.MISSING, "column '%s' is null, and declared NOT NULL".formatted(column));
      }
    }
    return null;
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
  static String reason(Throwable error) {
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

  private record Rows(List<GenericRowData> list) implements Collector<RowData> {
    @Override
    public void collect(RowData row) {
      list.add((GenericRowData) row);
    }

    @Override
    public void close() {}
  }
}
