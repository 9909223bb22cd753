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
  static final int FROM_TOPIC = 8;
  static final int FROM_PARTITION = 9;
  static final int FROM_OFFSET = 10;

  private static final int FIELDS = 11;

  static final DataType DATA_TYPE =
      DataTypes.ROW(
          DataTypes.FIELD("value", DataTypes.BYTES().notNull()),
          DataTypes.FIELD("aggregate", DataTypes.STRING().notNull()),
          DataTypes.FIELD("table", DataTypes.STRING().notNull()),
          DataTypes.FIELD("topic", DataTypes.STRING().notNull()),
          DataTypes.FIELD("window_start", DataTypes.BIGINT()),
          DataTypes.FIELD("window_end", DataTypes.BIGINT()),
          DataTypes.FIELD("watermark", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("late_by", DataTypes.BIGINT().notNull()),
          DataTypes.FIELD("from_topic", DataTypes.STRING()),
          DataTypes.FIELD("from_partition", DataTypes.INT()),
          DataTypes.FIELD("from_offset", DataTypes.BIGINT()));

  static final TypeInformation<RowData> TYPE = InternalTypeInfo.of(DATA_TYPE.getLogicalType());

  private LateRows() {}

  /**
   * Makes one.
   *
   * @param value the row as JSON
   * @param watermark of the gate, at which the window had closed
   */
  static RowData of(RowData row, byte[] value, GateSpec gate, Window window, long watermark) {
    GenericRowData late = new GenericRowData(FIELDS);
    late.setField(VALUE, value);
    late.setField(AGGREGATE, StringData.fromString(gate.aggregate()));
    late.setField(TABLE, StringData.fromString(gate.source()));
    late.setField(TOPIC, StringData.fromString(gate.topic()));
    late.setField(START, window.start());
    late.setField(END, window.end());
    late.setField(WATERMARK, watermark);
    late.setField(LATE_BY, watermark - window.last());
    Identity identity = gate.identity();
    if (identity.isKnown()) {
      // A copy, since the row may be used again for the next one.
      late.setField(FROM_TOPIC, StringData.fromString(identity.topicOf(row).toString()));
      late.setField(FROM_PARTITION, row.getInt(identity.partition()));
      late.setField(FROM_OFFSET, row.getLong(identity.offset()));
    }
    return late;
  }
}
