package io.tally.connectors.refused;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions;
import org.apache.flink.formats.json.JsonRowDataSerializationSchema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Writes some columns of a row as JSON, whatever is in them. */
final class RowWriter implements Serializable {

  private static final long serialVersionUID = 1L;

  private final int[] positions;
  private final RowData.FieldGetter[] getters;
  private final SerializationSchema<RowData> json;

  private RowWriter(int[] positions, RowData.FieldGetter[] getters, RowType type) {
    this.positions = positions;
    this.getters = getters;
    this.json = jsonIfItCanBe(type);
  }

  /** Makes the writer of some columns, by name. */
  static RowWriter of(RowType row, List<String> names) {
    int[] positions = names.stream().mapToInt(row.getFieldNames()::indexOf).toArray();
    // A null stands in a row also where the plan takes it for impossible.
    LogicalType[] types =
        IntStream.of(positions)
            .mapToObj(position -> row.getTypeAt(position).copy(true))
            .toArray(LogicalType[]::new);
    RowData.FieldGetter[] getters =
        IntStream.range(0, positions.length)
            .mapToObj(i -> RowData.createFieldGetter(types[i], positions[i]))
            .toArray(RowData.FieldGetter[]::new);
    return new RowWriter(positions, getters, RowType.of(types, names.toArray(String[]::new)));
  }

  /** A type that JSON has no form for must not keep a job from starting. */
  private static SerializationSchema<RowData> jsonIfItCanBe(RowType type) {
    try {
      return new JsonRowDataSerializationSchema(
          type,
          TimestampFormat.ISO_8601,
          JsonFormatOptions.MapNullKeyMode.LITERAL,
          "null",
          true,
          false);
    } catch (UnsupportedOperationException e) {
      return null;
    }
  }

  void open(SerializationSchema.InitializationContext context) throws Exception {
    if (json != null) {
      json.open(context);
    }
  }

  /** The columns as JSON; in Flink's own words where JSON has no form for a value. */
  byte[] write(RowData row) {
    GenericRowData columns = new GenericRowData(positions.length);
    for (int i = 0; i < positions.length; i++) {
      columns.setField(i, getters[i].getFieldOrNull(row));
    }
    if (json != null) {
      try {
        return json.serialize(columns);
      } catch (RuntimeException e) {
        // Said in words below: the row must not stop the job.
      }
    }
    return columns.toString().getBytes(StandardCharsets.UTF_8);
  }
}
