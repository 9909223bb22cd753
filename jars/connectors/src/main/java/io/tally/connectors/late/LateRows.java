package io.tally.connectors.late;

import io.tally.connectors.late.Closing.Window;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;

/** A late row on its way from the gate to the topic. */
final class LateRows {

  static final int VALUE = 0;
  static final int AGGREGATE = 1;
  static final int TABLE = 2;
  static final int TOPIC = 3;
  static final int START = 4;
  static final int END = 5;
  static final int WATERMARK = 6;
  static final int LATE_BY = 7;

  static final DataType DATA_TYPE =
      DataTypes.ROW(
          DataTypes.FIELD("value", DataTypes.BYTES().notNull()),
          DataTypes.FIELD("aggregate", DataTypes.STRING().notNull()),
          DataTypes.FIELD("table", DataTypes.STRING().notNull()),
          DataTypes.FIELD("topic", DataTypes.STRING().notNull()),
          DataTypes.FIELD("window_start", DataTypes.BIGINT()),
          DataTypes.FIELD("window_end", DataTypes.BIGINT()),
          DataTypes.FIELD("watermark", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("late_by", DataTypes.BIGINT().notNull()));

  static final TypeInformation<RowData> TYPE = InternalTypeInfo.of(DATA_TYPE.getLogicalType());

  private LateRows() {}

  /**
   * Makes one.
   *
   * @param value the row as JSON
   * @param watermark of the gate, at which the window had closed
   */
  static RowData of(byte[] value, GateSpec gate, Window window, long watermark) {
    return GenericRowData.of(
        value,
        StringData.fromString(gate.aggregate()),
        StringData.fromString(gate.source()),
        StringData.fromString(gate.topic()),
        window.start(),
        window.end(),
        watermark,
        watermark - window.last());
  }
}
