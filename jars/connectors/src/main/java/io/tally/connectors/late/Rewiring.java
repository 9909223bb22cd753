package io.tally.connectors.late;

import java.lang.reflect.Field;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;

/**
 * Gives a transformation another input.
 *
 * <p>Flink's planner hands out transformations as a whole, from the sources to the sinks, and has
 * no place where one could be put between two; their inputs are final.
 */
final class Rewiring {

  private Rewiring() {}

  /** Returns an input of a transformation. */
  static Transformation<?> input(Transformation<?> target, int input) {
    return target.getInputs().get(input);
  }

  /** Replaces it. */
  static void replace(Transformation<?> target, int input, Transformation<?> by) {
    boolean single = target instanceof OneInputTransformation;
    Class<?> type = single ? OneInputTransformation.class : TwoInputTransformation.class;
    try {
      Field field = type.getDeclaredField(single ? "input" : "input" + (input + 1));
      field.setAccessible(true);
      field.set(target, by);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Flink than 2.3: no input of " + target, e);
    }
  }
}
