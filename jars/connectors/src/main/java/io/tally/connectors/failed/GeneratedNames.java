package io.tally.connectors.failed;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.runtime.generated.GeneratedClass;

/** The names of the classes that Flink has generated for an operator. */
final class GeneratedNames {

  // A function of an operator, its bundle, and what that holds.
  private static final int DEPTH = 4;

  private final List<String> found = new ArrayList<>();

  private GeneratedNames() {}

  /** Returns those of an operator or of its factory. */
  static List<String> of(Object operator) {
    GeneratedNames names = new GeneratedNames();
    names.look(operator, DEPTH);
    return names.found;
  }

  private void look(Object value, int depth) {
    if (value instanceof GeneratedClass<?> generated) {
      found.add(generated.getClassName());
    } else if (value instanceof Object[] several) {
      for (Object one : several) {
        look(one, depth);
      }
    } else if (value != null && depth > 0 && isFlinks(value.getClass())) {
      for (Class<?> type = value.getClass(); isFlinks(type); type = type.getSuperclass()) {
        lookInto(value, type, depth - 1);
      }
    }
  }

  private static boolean isFlinks(Class<?> type) {
    String name = type.getName();
    return name.startsWith("org.apache.flink.table.runtime.operators.")
        || name.startsWith("org.apache.flink.streaming.api.operators.");
  }

  private void lookInto(Object value, Class<?> type, int depth) {
    for (Field field : type.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
        look(get(value, field), depth);
      }
    }
  }

  private static Object get(Object value, Field field) {
    try {
      field.setAccessible(true);
      return field.get(value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException("another Flink than 2.3: " + field, e);
    }
  }
}
