package io.tally.connectors.refused;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;

/** A refused row on its way from the guard to the topic. */
final class RefusedRows {

  static final int KEY = 0;
  static final int VALUE = 1;
  static final int AGGREGATE = 2;
  static final int TOPIC = 3;
  static final int SINKS = 4;
  static final int REASON = 5;
  static final int DELETED = 6;
  static final int SIZE = 7;

  private static final int FIELDS = 8;

  static final DataType DATA_TYPE =
      DataTypes.ROW(
          DataTypes.FIELD("key", DataTypes.BYTES().notNull()),
          DataTypes.FIELD("value", DataTypes.BYTES().notNull()),
          DataTypes.FIELD("aggregate", DataTypes.STRING().notNull()),
          DataTypes.FIELD("topic", DataTypes.STRING().notNull()),
          DataTypes.FIELD("sinks", DataTypes.STRING().notNull()),
          DataTypes.FIELD("reason", DataTypes.STRING().notNull()),
          DataTypes.FIELD("deleted", DataTypes.BOOLEAN().notNull()),
          DataTypes.FIELD("size", DataTypes.INT().notNull()));

  static final TypeInformation<RowData> TYPE = InternalTypeInfo.of(DATA_TYPE.getLogicalType());

  private RefusedRows() {}

  /**
   * Makes one.
   *
   * @param key the key columns as JSON
   * @param row all columns as JSON
   * @param fault why it is refused
   * @param deleted whether the sinks got a delete of its key instead
   */
  static RowData of(GuardSpec spec, RowText key, RowText row, Fault fault, boolean deleted) {
    GenericRowData refused = new GenericRowData(FIELDS);
    refused.setField(KEY, key.bytes());
    refused.setField(VALUE, row.bytes());
    refused.setField(AGGREGATE, StringData.fromString(spec.aggregate()));
    refused.setField(TOPIC, StringData.fromString(spec.topic()));
    refused.setField(SINKS, StringData.fromString(fault.sinks()));
    refused.setField(REASON, StringData.fromString(fault.reason()));
    refused.setField(DELETED, deleted);
    refused.setField(SIZE, row.size());
    return refused;
  }
}
