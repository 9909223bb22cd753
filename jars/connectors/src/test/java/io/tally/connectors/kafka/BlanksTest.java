package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

class BlanksTest {

  private static final List<DataType> TYPES =
      List.of(
          DataTypes.CHAR(3),
          DataTypes.STRING(),
          DataTypes.BOOLEAN(),
          DataTypes.BINARY(3),
          DataTypes.BYTES(),
          DataTypes.DECIMAL(5, 2),
          DataTypes.DECIMAL(30, 2),
          DataTypes.TINYINT(),
          DataTypes.SMALLINT(),
          DataTypes.INT(),
          DataTypes.BIGINT(),
          DataTypes.FLOAT(),
          DataTypes.DOUBLE(),
          DataTypes.DATE(),
          DataTypes.TIME(),
          DataTypes.TIMESTAMP(3),
          DataTypes.TIMESTAMP(9),
          DataTypes.TIMESTAMP_LTZ(3),
          DataTypes.ARRAY(DataTypes.INT()),
          DataTypes.MAP(DataTypes.STRING(), DataTypes.INT()),
          DataTypes.ROW(
              DataTypes.FIELD("a", DataTypes.INT().notNull()),
              DataTypes.FIELD("b", DataTypes.INT())));

  @Test
  void aNullableColumnIsBlankByNull() {
    List<LogicalType> types = TYPES.stream().map(DataType::getLogicalType).toList();
    assertThat(Blanks.of(types)).hasSize(TYPES.size()).allMatch(Objects::isNull);
  }

  /** Flink's own serializer reads each as its type says, and finds no null. */
  @Test
  void aColumnThatIsNotNullIsBlankByAValueOfItsType() {
    List<LogicalType> types =
        TYPES.stream().map(DataType::notNull).map(DataType::getLogicalType).toList();
    GenericRowData blank = GenericRowData.of(Blanks.of(types));
    RowType row = RowType.of(types.toArray(LogicalType[]::new));
    RowData read = new RowDataSerializer(row).toBinaryRow(blank);
    for (int i = 0; i < types.size(); i++) {
      RowData.FieldGetter getter = RowData.createFieldGetter(types.get(i), i);
      assertThat(getter.getFieldOrNull(read)).as(types.get(i).toString()).isNotNull();
    }
    assertThat(read.getRow(types.size() - 1, 2).getInt(0)).isZero();
  }
}
