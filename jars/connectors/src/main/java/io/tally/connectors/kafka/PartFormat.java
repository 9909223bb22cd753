package io.tally.connectors.kafka;

import io.tally.connectors.json.JsonDecodingFormat;
import io.tally.connectors.json.JsonFormatSchema;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/**
 * The format of a key or a message.
 *
 * @param part what it decodes, for errors: {@code key} or {@code message}
 * @param type of all columns that are declared of this part
 */
record PartFormat(
    String part, DecodingFormat<DeserializationSchema<RowData>> format, DataType type) {

  /** Whether it is tally's JSON format, which writes into a row of ours. */
  boolean isJson() {
    return format instanceof JsonDecodingFormat;
  }

  /** A decoder of all columns, whose rows are the part's. */
  PartDecoder decoder(DynamicTableSource.Context context) {
    if (isJson()) {
      int fields = DataType.getFieldCount(type);
      return json(context, IntStream.range(0, fields).toArray(), fields);
    }
    DeserializationSchema<RowData> schema = format.createRuntimeDecoder(context, type);
    return FlinkFormats.isBinaryAvro(schema)
        ? FlinkFormats.avro(part, schema)
        : new FormatDecoder(
            part,
            FlinkFormats.isCsv(schema) ? new OneRowCsv(part, schema) : schema,
            (RowType) type.getLogicalType(),
            format.getChangelogMode().containsOnly(RowKind.INSERT));
  }

  /**
   * A decoder of some columns; all are checked.
   *
   * @param wanted positions within the part, in the order of the rows
   * @param width of the rows, of which the wanted fields are the first
   */
  PartDecoder json(DynamicTableSource.Context context, int[] wanted, int width) {
    int[][] paths = IntStream.of(wanted).mapToObj(i -> new int[] {i}).toArray(int[][]::new);
    DeserializationSchema<RowData> schema =
        ((JsonDecodingFormat) format).createRuntimeDecoder(context, type, paths);
    return new JsonPart(part, ((JsonFormatSchema) schema).decoder(), width);
  }
}
