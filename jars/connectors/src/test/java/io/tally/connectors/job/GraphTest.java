package io.tally.connectors.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.account.RowMeter;
import io.tally.connectors.job.Graph.Edge;
import java.util.List;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.UnionTransformation;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.Test;

/**
 * A job of two sinks: node 1 is a source, and behind an exchange node 61 has two steps. Its result
 * is joined with itself, and united with the source.
 */
class GraphTest {

  private final Transformation<RowData> source = Steps.source("1_source");
  private final Transformation<RowData> near = Steps.exchange(source);
  private final Transformation<RowData> far = Steps.exchange(near);
  private final Transformation<RowData> first = Steps.step(far, "61_first", 3);
  private final Transformation<RowData> second = Steps.step(first, "61_second", 3);
  private final Transformation<RowData> join = Steps.join(second, second, "5_join");
  private final Transformation<RowData> union =
      new UnionTransformation<>(List.of(source, second, source));
  private final Transformation<RowData> sink = Steps.step(union, "6_sink", 1);
  private final Graph graph = new Graph(List.of(join, sink));

  private static RowMeter meter() {
    return new RowMeter("m", -1);
  }

  @Test
  void aheadOfANodeIsTheInputOfItsFirstStep() {
    assertThat(graph.ahead(61, 0)).isEqualTo(new Edge(first, 0, far));
    assertThat(graph.ahead(5, 1)).isEqualTo(new Edge(join, 1, second));
    assertThat(graph.ahead(6, 0)).isEqualTo(new Edge(sink, 0, union));
  }

  @Test
  void aheadOfAnExchangeIsItsInput() {
    assertThat(graph.aheadOfExchange(61, 0)).containsExactly(new Edge(near, 0, source));
    assertThat(graph.aheadOfExchange(5, 0)).containsExactly(new Edge(join, 0, second));
  }

  @Test
  void aheadOfAUnionAreAllItsInputs() {
    assertThat(graph.aheadOfExchange(6, 0))
        .containsExactly(
            new Edge(union, 0, source), new Edge(union, 1, second), new Edge(union, 2, source));
  }

  @Test
  void behindANodeAreAllThatTakeWhatItPutsOut() {
    assertThat(graph.behind(1))
        .containsExactlyInAnyOrder(
            new Edge(near, 0, source), new Edge(union, 0, source), new Edge(union, 2, source));
    assertThat(graph.behind(61))
        .containsExactlyInAnyOrder(
            new Edge(join, 0, second), new Edge(join, 1, second), new Edge(union, 1, second));
    assertThat(graph.behind(5)).isEmpty();
    assertThat(graph.behind(6)).as("not behind node 61").isEmpty();
  }

  @Test
  void aNodeThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> graph.ahead(2, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("node 2 is not in the plan");
  }

  @Test
  void whatIsPutInStandsBetweenAnInputAndAllThatTookIt() {
    OneInputTransformation<RowData, RowData> put = Graph.put(graph.behind(61), "tap-61", meter());
    assertThat(put.getInputs()).containsExactly(second);
    assertThat(join.getInputs()).containsExactly(put, put);
    assertThat(union.getInputs()).containsExactly(source, put, source);
    assertThat(List.of(put.getName(), put.getUid(), put.getParallelism()))
        .containsExactly("tap-61", "tap-61", 3);
    assertThat(put.getOutputType()).isEqualTo(Steps.ROWS);
    assertThat(put.getOperatorFactory().getChainingStrategy()).isEqualTo(ChainingStrategy.ALWAYS);
    assertThat(graph.ahead(5, 0)).as("is of no node").isEqualTo(new Edge(join, 0, put));
  }

  @Test
  void whatIsPutAheadHasTheTasksOfTheOneBehindIt() {
    first.setMaxParallelism(12);
    OneInputTransformation<RowData, RowData> put =
        Graph.putAhead(graph.ahead(61, 0), "gate-61-0", meter());
    assertThat(first.getInputs()).containsExactly(put);
    assertThat(put.getInputs()).containsExactly(far);
    assertThat(far.getInputs()).as("the exchange stays ahead of it").containsExactly(near);
    assertThat(put.getParallelism()).isEqualTo(3);
    assertThat(put.getMaxParallelism()).isEqualTo(12);
  }

  @Test
  void theMaximumOfTasksIsLeftOpenWhereItIs() {
    OneInputTransformation<RowData, RowData> put =
        Graph.putAhead(graph.ahead(61, 0), "gate-61-0", meter());
    assertThat(put.getMaxParallelism()).isEqualTo(-1);
  }

  /** As a gate, then the door behind it. */
  @Test
  void theLastPutAheadIsTheNearest() {
    Transformation<RowData> gate = Graph.putAhead(graph.ahead(61, 0), "gate-61-0", meter());
    Transformation<RowData> door = Graph.putAhead(graph.ahead(61, 0), "door-61-0", meter());
    assertThat(first.getInputs()).containsExactly(door);
    assertThat(door.getInputs()).containsExactly(gate);
    assertThat(gate.getInputs()).containsExactly(far);
  }
}
