package io.tally.connectors.job;

import io.tally.connectors.account.RowMeter;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.CoMapFunction;
import org.apache.flink.streaming.api.operators.co.CoStreamMap;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.streaming.runtime.partitioner.RebalancePartitioner;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.IntType;
import org.apache.flink.table.types.logical.RowType;

/** Transformations as Flink's planner makes them, of rows of one number. */
final class Steps {

  static final InternalTypeInfo<RowData> ROWS = InternalTypeInfo.of(RowType.of(new IntType()));

  private Steps() {}

  /** A source, with a uid as a plan's node has it. */
  static Transformation<RowData> source(String uid) {
    Transformation<RowData> source =
        StreamExecutionEnvironment.getExecutionEnvironment()
            .fromData(ROWS, (RowData) GenericRowData.of(1))
            .getTransformation();
    source.setParallelism(1);
    source.setUid(uid);
    return source;
  }

  static Transformation<RowData> step(Transformation<RowData> input, String uid, int parallelism) {
    Transformation<RowData> step =
        new OneInputTransformation<>(input, uid, new RowMeter(uid, -1), ROWS, parallelism);
    step.setUid(uid);
    return step;
  }

  static Transformation<RowData> join(
      Transformation<RowData> left, Transformation<RowData> right, String uid) {
    Transformation<RowData> join =
        new TwoInputTransformation<>(left, right, uid, new CoStreamMap<>(new Rows()), ROWS, 2);
    join.setUid(uid);
    return join;
  }

  static Transformation<RowData> exchange(Transformation<RowData> input) {
    return new PartitionTransformation<>(input, new RebalancePartitioner<>());
  }

  private static final class Rows implements CoMapFunction<RowData, RowData, RowData> {

    private static final long serialVersionUID = 1L;

    @Override
    public RowData map1(RowData row) {
      return row;
    }

    @Override
    public RowData map2(RowData row) {
      return row;
    }
  }
}
