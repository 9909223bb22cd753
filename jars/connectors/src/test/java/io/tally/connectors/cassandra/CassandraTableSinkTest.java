package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.apache.flink.streaming.runtime.partitioner.KeyGroupStreamPartitioner;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.abilities.SupportsTargetColumnWriting;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

class CassandraTableSinkTest {

  private static Tables table() {
    return new Tables()
        .column("v", DataTypes.BIGINT())
        .column("k", DataTypes.STRING().notNull())
        .key("k");
  }

  private static Transformation<?> planned(Tables table, int parallelism) {
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(parallelism);
    DataStream<RowData> rows =
        environment.fromData(RowData.class, (RowData) row(1, "a")).setParallelism(parallelism);
    DataStreamSinkProvider provider =
        (DataStreamSinkProvider) table.sink().getSinkRuntimeProvider(null);
    return provider.consumeDataStream(name -> Optional.of("uid-" + name), rows).getTransformation();
  }

  private static GenericRowData row(long v, String k) {
    return GenericRowData.of(v, StringData.fromString(k));
  }

  @Test
  void asksForUpsertsWithFullDeletes() {
    assertThat(table().sink().getChangelogMode(ChangelogMode.all()))
        .isEqualTo(ChangelogMode.upsert(false));
  }

  @Test
  void keysItsInputByThePrimaryKey() {
    Transformation<?> sink = planned(table().option("sink.parallelism", "3"), 1);
    assertThat(sink.getParallelism()).isEqualTo(3);
    assertThat(sink.getUid()).isEqualTo("uid-cassandra");
    assertThat(sink.getName()).isEqualTo("cassandra: ks.t");
    assertThat(sink.getInputs().get(0))
        .isInstanceOfSatisfying(
            PartitionTransformation.class,
            keyed ->
                assertThat(keyed.getPartitioner()).isInstanceOf(KeyGroupStreamPartitioner.class));
  }

  @Test
  void leavesOneSubtaskUnkeyed() {
    Transformation<?> sink = planned(table(), 1);
    assertThat(sink.getParallelism()).isEqualTo(1);
    assertThat(sink.getInputs().get(0)).isNotInstanceOf(PartitionTransformation.class);
  }

  @Test
  void hashesTheKeyAlone() {
    PrimaryKeyHash hash = new PrimaryKeyHash(table().target());
    RowData delete = row(9, "a");
    delete.setRowKind(RowKind.DELETE);
    assertThat(hash.getKey(row(1, "a"))).isEqualTo(hash.getKey(delete));
    assertThat(hash.getKey(row(1, "a"))).isNotEqualTo(hash.getKey(row(1, "b")));
  }

  /** No server has been asked yet for the type of the column. */
  @Test
  void hashesAKeyOfAnyTypeAlikeInEachFormThatFlinkHasOfIt() {
    Tables nested =
        new Tables()
            .column("r", DataTypes.ROW(DataTypes.FIELD("a", DataTypes.INT())).notNull())
            .column("l", DataTypes.ARRAY(DataTypes.STRING()).notNull())
            .key("r", "l");
    PrimaryKeyHash hash = new PrimaryKeyHash(nested.target());
    RowType type = (RowType) nested.schema().toPhysicalRowDataType().getLogicalType();
    GenericArrayData list = new GenericArrayData(new Object[] {StringData.fromString("x")});
    RowData row = GenericRowData.of(GenericRowData.of(1), list);
    assertThat(hash.getKey(new RowDataSerializer(type).toBinaryRow(row)))
        .isEqualTo(hash.getKey(row));
    assertThat(hash.getKey(GenericRowData.of(GenericRowData.of(2), list)))
        .isNotEqualTo(hash.getKey(row));
  }

  @Test
  void refusesAPartialInsertWithoutTheKey() {
    DynamicTableSink sink = table().sink();
    assertThatThrownBy(
            () -> ((SupportsTargetColumnWriting) sink).applyTargetColumns(new int[][] {{0}}))
        .isInstanceOf(ValidationException.class)
        .hasMessage("insert into 'ks.t' leaves out the primary key column 'k'; name it too");
  }

  @Test
  void refusesAPartialInsertWithoutTheWriteTimestamp() {
    DynamicTableSink sink =
        table().column("at", DataTypes.TIMESTAMP(3)).option("sink.timestamp.column", "at").sink();
    assertThatThrownBy(
            () -> ((SupportsTargetColumnWriting) sink).applyTargetColumns(new int[][] {{0}, {1}}))
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            "insert into 'ks.t' leaves out column 'at', which option 'sink.timestamp.column' names;"
                + " name it too");
  }
}
