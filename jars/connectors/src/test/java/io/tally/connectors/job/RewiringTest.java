package io.tally.connectors.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.transformations.KeyedMultipleInputTransformation;
import org.apache.flink.streaming.api.transformations.SideOutputTransformation;
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

  /** A transformation, and its inputs once another is in the place of one. */
  static Stream<Arguments> transformations() {
    return Stream.of(
        Arguments.of("one input", Steps.step(INPUT, "4_step", 1), List.of(BY)),
        Arguments.of("exchange", Steps.exchange(INPUT), List.of(BY)),
        Arguments.of("join, left", Steps.join(INPUT, OTHER, "4_join"), List.of(BY, OTHER)),
        Arguments.of("join, right", Steps.join(OTHER, INPUT, "4_join"), List.of(OTHER, BY)),
        Arguments.of("self-join", Steps.join(INPUT, INPUT, "4_join"), List.of(BY, BY)),
        Arguments.of("union", new UnionTransformation<>(List.of(OTHER, INPUT)), List.of(OTHER, BY)),
        Arguments.of(
            "union with itself",
            new UnionTransformation<>(List.of(INPUT, OTHER, INPUT)),
            List.of(BY, OTHER, BY)),
        Arguments.of("several inputs", several(), List.of(OTHER, BY)),
        Arguments.of(
            "side output",
            new SideOutputTransformation<>(INPUT, new OutputTag<>("side", Steps.ROWS)),
            List.of(BY)));
  }

  private static Transformation<RowData> several() {
    KeyedMultipleInputTransformation<RowData> several =
        new KeyedMultipleInputTransformation<>("several", null, Steps.ROWS, 1, Steps.ROWS);
    several.addInput(OTHER, null);
    return several.addInput(INPUT, null);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("transformations")
  void everyPlaceOfTheInputIsReplaced(
      String name, Transformation<RowData> target, List<Transformation<?>> inputs) {
    Rewiring.replace(target, INPUT, BY);
    assertThat(target.getInputs()).hasSameSizeAs(inputs);
    for (int input = 0; input < inputs.size(); input++) {
      assertThat(target.getInputs().get(input)).isSameAs(inputs.get(input));
    }
    assertThat(target.getTransitivePredecessors()).contains(BY).doesNotContain(INPUT);
  }

  @Test
  void whatIsNoInputIsAnError() {
    Transformation<RowData> target = Steps.step(INPUT, "4_step", 1);
    assertThatThrownBy(() -> Rewiring.replace(target, OTHER, BY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("another Flink than 2.3: no input of " + target);
    assertThat(target.getInputs()).containsExactly(INPUT);
  }

  @Test
  void aSourceHasNoInput() {
    assertThatThrownBy(() -> Rewiring.replace(OTHER, INPUT, BY))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("another Flink than 2.3: no input of " + OTHER);
  }
}
