package io.tally.connectors.late;

import java.util.List;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions;
import org.apache.flink.formats.json.JsonRowDataSerializationSchema;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Makes gates. */
public final class LateGates {

  private LateGates() {}

  /**
   * Makes a gate.
   *
   * @param rows type of its rows, the columns of their identity among them
   */
  public static LateGate of(GateSpec spec, RowType rows) {
    return new LateGate(spec, jsonIfItCanBe(columns(spec, rows)));
  }

  /** The row without the columns of its identity, which are its last. */
  private static RowType columns(GateSpec spec, RowType type) {
    return new RowType(type.getFields().subList(0, spec.identity().columns(type.getFieldCount())));
  }

  /**
   * A type that JSON has no form for must not keep a job from starting: then no column is written.
   */
  private static SerializationSchema<RowData> jsonIfItCanBe(RowType type) {
    try {
      return json(type);
    } catch (UnsupportedOperationException e) {
      return json(new RowType(List.of()));
    }
  }

  private static SerializationSchema<RowData> json(RowType type) {
    return new JsonRowDataSerializationSchema(
        type,
        TimestampFormat.ISO_8601,
        JsonFormatOptions.MapNullKeyMode.LITERAL,
        "null",
        true,
        false);
  }
}
