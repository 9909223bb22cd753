package io.tally.connectors.json;

import java.util.Arrays;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.Projection;
import org.apache.flink.table.connector.format.ProjectableDecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** Makes the schema that decodes the columns a query wants. */
public final class JsonDecodingFormat
    implements ProjectableDecodingFormat<DeserializationSchema<RowData>> {

  private final JsonSettings settings;

  JsonDecodingFormat(JsonSettings settings) {
    this.settings = settings;
  }

  /**
   * Makes the schema.
   *
   * @param physical the columns of the message, all of which are checked
   * @param projections the columns wanted; whole ones, as nested projection is not supported
   */
  @Override
  public JsonFormatSchema createRuntimeDecoder(
      DynamicTableSource.Context context, DataType physical, int[][] projections) {
    RowType declared = (RowType) physical.getLogicalType();
    int[] produced = Arrays.stream(projections).mapToInt(path -> path[0]).toArray();
    DataType row = Projection.of(projections).project(physical);
    return new JsonFormatSchema(
        new JsonDecoder(declared, produced, settings), context.createTypeInformation(row));
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return ChangelogMode.insertOnly();
  }
}
