package io.tally.connectors.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.transformations.KeyedMultipleInputTransformation;
import org.apache.flink.streaming.api.transformations.SideOutputTransformation;
import org.apache.flink.streaming.api.transformations.SinkTransformation;
import org.apache.flink.streaming.api.transformations.UnionTransformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Of each kind of transformation that stands behind another. */
class RewiringTest {

  private static final Transformation<RowData> INPUT = Steps.source("1_input");
  private static final Transformation<RowData> OTHER = Steps.source("2_other");
  private static final Transformation<RowData> BY = Steps.source("3_by");

  /** A transformation, and the place of an input. */
  static Stream<Arguments> transformations() {
    return Stream.of(
        Arguments.of("one input", Steps.step(INPUT, "4_step", 1), 0),
        Arguments.of("exchange", Steps.exchange(INPUT), 0),
        Arguments.of("join, left", Steps.join(INPUT, OTHER, "4_join"), 0),
        Arguments.of("join, right", Steps.join(OTHER, INPUT, "4_join"), 1),
        Arguments.of("self-join, left", Steps.join(INPUT, INPUT, "4_join"), 0),
        Arguments.of("self-join, right", Steps.join(INPUT, INPUT, "4_join"), 1),
        Arguments.of("union", new UnionTransformation<>(List.of(OTHER, INPUT)), 1),
        Arguments.of(
            "union with itself", new UnionTransformation<>(List.of(INPUT, OTHER, INPUT)), 2),
        Arguments.of("several inputs", several(), 1),
        Arguments.of(
            "side output",
            new SideOutputTransformation<>(INPUT, new OutputTag<>("side", Steps.ROWS)),
            0));
  }

  private static Transformation<RowData> several() {
    KeyedMultipleInputTransformation<RowData> several =
        new KeyedMultipleInputTransformation<>("several", null, Steps.ROWS, 1, Steps.ROWS);
    several.addInput(OTHER, null);
    return several.addInput(INPUT, null);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transformations")
  void oneInputIsReplacedAndNoOther(String name, Transformation<RowData> target, int place) {
    List<Transformation<?>> inputs = new ArrayList<>(target.getInputs());
    inputs.set(place, BY);
    Rewiring.replace(target, place, BY);
    assertThat(target.getInputs()).hasSameSizeAs(inputs);
    for (int input = 0; input < inputs.size(); input++) {
      assertThat(target.getInputs().get(input)).isSameAs(inputs.get(input));
    }
    assertThat(target.getTransitivePredecessors()).contains(BY);
  }

  /** What runs is built from the stream that a sink was made of, and not from its input. */
  @Test
  void theStreamOfASinkIsReplacedToo() {
    DataStream<RowData> rows =
        new DataStream<>(StreamExecutionEnvironment.getExecutionEnvironment(), INPUT);
    SinkTransformation<?, ?> sink =
        (SinkTransformation<?, ?>) rows.sinkTo(new DiscardingSink<>()).getTransformation();
    Rewiring.replace(sink, 0, BY);
    assertThat(sink.getInputs().get(0)).isSameAs(BY);
    assertThat(sink.getInputStream().getTransformation()).isSameAs(BY);
  }
}
