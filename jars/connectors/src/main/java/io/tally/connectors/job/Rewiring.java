package io.tally.connectors.job;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Gives a transformation another input.
 *
 * <p>Flink's planner hands out transformations as a whole, from the sources to the sinks, and has
 * no place where one could be put between two; their inputs are final.
 */
final class Rewiring {

  private final Transformation<?> target;
  private final int place;
  private final Transformation<?> input;
  private final Transformation<?> by;
  private final boolean isTwice;
  private int replaced;

  private Rewiring(Transformation<?> target, int place, Transformation<?> by) {
    this.target = target;
    this.place = place;
    this.by = by;
    List<Transformation<?>> inputs = target.getInputs();
    this.input = inputs.get(place);
    this.isTwice = inputs.stream().filter(one -> one == input).count() > 1;
  }

  /**
   * Replaces one input.
   *
   * @param place of the input, from 0
   */
  static void replace(Transformation<?> target, int place, Transformation<?> by) {
    Rewiring rewiring = new Rewiring(target, place, by);
    for (Class<?> type = target.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          rewiring.replaceIn(field);
        }
      }
    }
    if (rewiring.replaced == 0) {
      throw new IllegalStateException("another Flink than 2.3: no input of " + target);
    }
  }

  private void replaceIn(Field field) {
    try {
      field.setAccessible(true);
      Object changed = changed(field.getName(), field.get(target));
      if (changed != null) {
        field.set(target, changed);
        replaced++;
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Flink than 2.3: no input of " + target, e);
    }
  }

  /** The value of a field with the other input in it; null where it does not have it. */
  private Object changed(String field, Object value) {
    if (value == input) {
      // Of a join with itself: its fields are input1 and input2.
      return !isTwice || field.equals("input" + (place + 1)) ? by : null;
    }
    if (value instanceof DataStream<?> stream && stream.getTransformation() == input) {
      return new DataStream<>(stream.getExecutionEnvironment(), by);
    }
    if (value instanceof List<?> list && list.size() > place && list.get(place) == input) {
      List<Object> changed = new ArrayList<>(list);
      changed.set(place, by);
      return changed;
    }
    return null;
  }
}
