package io.tally.connectors.job;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.dag.Transformation;

/**
 * Gives a transformation another input.
 *
 * <p>Flink's planner hands out transformations as a whole, from the sources to the sinks, and has
 * no place where one could be put between two; their inputs are final.
 */
final class Rewiring {

  private Rewiring() {}

  /** Replaces an input of a transformation wherever it has it. */
  static void replace(Transformation<?> target, Transformation<?> input, Transformation<?> by) {
    int replaced = 0;
    for (Class<?> type = target.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        replaced += Modifier.isStatic(field.getModifiers()) ? 0 : replace(target, field, input, by);
      }
    }
    if (replaced == 0) {
      throw new IllegalStateException("another Flink than 2.3: no input of " + target);
    }
  }

  private static int replace(
      Transformation<?> target, Field field, Transformation<?> input, Transformation<?> by) {
    try {
      field.setAccessible(true);
      Object value = field.get(target);
      if (value == input) {
        field.set(target, by);
        return 1;
      }
      if (value instanceof List<?> list && list.contains(input)) {
        List<Object> replaced = new ArrayList<>(list);
        replaced.replaceAll(one -> one == input ? by : one);
        field.set(target, replaced);
        return 1;
      }
      return 0;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Flink than 2.3: no input of " + target, e);
    }
  }
}
