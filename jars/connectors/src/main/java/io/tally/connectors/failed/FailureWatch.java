package io.tally.connectors.failed;

import io.tally.connectors.python.PythonCall;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.TwoInputTransformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.operators.CodeGenOperatorFactory;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;

/** Watches the operators of a job for expressions that throw. */
public final class FailureWatch {

  private static final Pattern NODE = Pattern.compile("(\\d+)_.*");
  private static final Pattern NUMBER = Pattern.compile("^\\[\\d+\\]:");

  private final Map<Integer, String> aggregates;
  private final HashMap<String, Place> places = new HashMap<>();

  private FailureWatch(Map<Integer, String> aggregates) {
    this.aggregates = aggregates;
  }

  /**
   * Watches all that can be.
   *
   * @param all transformations of the job
   * @param aggregates that a node of the plan feeds, as they are to be named
   */
  public static void over(Collection<Transformation<?>> all, Map<Integer, String> aggregates) {
    FailureWatch watch = new FailureWatch(aggregates);
    all.forEach(watch::locate);
    all.forEach(watch::put);
  }

  private void locate(Transformation<?> one) {
    StreamOperatorFactory<?> factory = factoryOf(one);
    if (factory != null) {
      GeneratedNames.of(factory).forEach(name -> places.put(name, place(one)));
    }
  }

  private Place place(Transformation<?> one) {
    Matcher node = NODE.matcher(one.getUid() == null ? "" : one.getUid());
    String fed = node.matches() ? aggregates.getOrDefault(Integer.valueOf(node.group(1)), "") : "";
    return new Place(fed, NUMBER.matcher(one.getDescription()).replaceFirst(""));
  }

  private static StreamOperatorFactory<?> factoryOf(Transformation<?> one) {
    if (one instanceof OneInputTransformation<?, ?> transformation) {
      return transformation.getOperatorFactory();
    }
    return one instanceof TwoInputTransformation<?, ?, ?> transformation
        ? transformation.getOperatorFactory()
        : null;
  }

  private void put(Transformation<?> one) {
    StreamOperatorFactory<?> factory = factoryOf(one);
    if (factory != null
        && isPlain(factory.getClass())
        && one.getOutputType() instanceof InternalTypeInfo) {
      set(one, watched(one, cast(factory)));
    }
  }

  /** Others yield to the task's mailbox or have a coordinator of their own. */
  private static boolean isPlain(Class<?> type) {
    return type == SimpleOperatorFactory.class || type == CodeGenOperatorFactory.class;
  }

  @SuppressWarnings("unchecked")
  private static AbstractStreamOperatorFactory<RowData> cast(StreamOperatorFactory<?> factory) {
    return (AbstractStreamOperatorFactory<RowData>) factory;
  }

  private WatchedFactory watched(
      Transformation<?> one, AbstractStreamOperatorFactory<RowData> factory) {
    if (!(one instanceof OneInputTransformation<?, ?> transformation)) {
      return new WatchedFactory.TwoInputs(factory, places);
    }
    boolean isPython = isPython(factory);
    boolean answersAtOnce = isPython || factory instanceof CodeGenOperatorFactory;
    if (answersAtOnce && transformation.getInputType() instanceof InternalTypeInfo<?> rows) {
      Place place = isPython ? new Place(place(one).aggregates(), "") : place(one);
      return new NamedFailures.Factory(factory, places, place, rows.toRowType());
    }
    return new WatchedFactory.OneInput(factory, places);
  }

  private static boolean isPython(StreamOperatorFactory<?> factory) {
    return factory instanceof SimpleOperatorFactory<?> simple
        && simple.getOperator() instanceof PythonCall;
  }

  private static void set(Transformation<?> one, WatchedFactory watched) {
    Class<?> type =
        one instanceof OneInputTransformation
            ? OneInputTransformation.class
            : TwoInputTransformation.class;
    try {
      Field field = type.getDeclaredField("operatorFactory");
      field.setAccessible(true);
      field.set(one, watched);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Flink than 2.3: " + one, e);
    }
  }
}
