package io.tally.connectors.python;

import io.tally.connectors.python.PythonCall.Called;
import java.lang.reflect.Field;
import org.apache.flink.api.dag.Transformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.python.AbstractPythonFunctionOperator;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.python.PythonFunctionInfo;
import org.apache.flink.table.runtime.generated.GeneratedProjection;
import org.apache.flink.table.runtime.operators.join.FlinkJoinType;
import org.apache.flink.table.runtime.operators.python.AbstractEmbeddedStatelessFunctionOperator;
import org.apache.flink.table.runtime.operators.python.scalar.EmbeddedPythonScalarFunctionOperator;
import org.apache.flink.table.runtime.operators.python.table.EmbeddedPythonTableFunctionOperator;
import org.apache.flink.table.types.logical.RowType;

/** Puts tally's operators in the place of those that Flink's planner makes for Python functions. */
public final class PythonOperators {

  private PythonOperators() {}

  /**
   * Replaces the operator of a transformation, if it calls Python functions in thread mode.
   *
   * @param scalar the Python class that calls scalar functions, pickled
   * @param table the one that calls table functions
   */
  public static void replace(Transformation<?> transformation, byte[] scalar, byte[] table) {
    if (transformation instanceof OneInputTransformation<?, ?> one
        && one.getOperatorFactory() instanceof SimpleOperatorFactory<?> factory) {
      StreamOperator<?> operator = operatorOf(factory);
      if (operator instanceof EmbeddedPythonScalarFunctionOperator) {
        set(one, scalar(operator, scalar));
      } else if (operator instanceof EmbeddedPythonTableFunctionOperator) {
        set(one, table(operator, table));
      }
    }
  }

  private static StreamOperator<?> operatorOf(SimpleOperatorFactory<?> factory) {
    return get(factory, SimpleOperatorFactory.class, "operator");
  }

  private static StreamOperator<RowData> scalar(StreamOperator<?> flinks, byte[] code) {
    Class<?> type = EmbeddedPythonScalarFunctionOperator.class;
    PythonFunctionInfo[] functions = get(flinks, type, "scalarFunctions");
    GeneratedProjection kept = get(flinks, type, "forwardedFieldGeneratedProjection");
    return new ScalarCall(configuration(flinks), called(flinks, functions, code), kept);
  }

  private static StreamOperator<RowData> table(StreamOperator<?> flinks, byte[] code) {
    Class<?> type = EmbeddedPythonTableFunctionOperator.class;
    PythonFunctionInfo[] functions = {get(flinks, type, "tableFunction")};
    FlinkJoinType join = get(flinks, type, "joinType");
    boolean keepsAll = join == FlinkJoinType.LEFT;
    return new TableCall(configuration(flinks), called(flinks, functions, code), keepsAll);
  }

  private static Called called(
      StreamOperator<?> flinks, PythonFunctionInfo[] functions, byte[] code) {
    Class<?> type = AbstractEmbeddedStatelessFunctionOperator.class;
    RowType rows = get(flinks, type, "inputType");
    int[] arguments = get(flinks, type, "udfInputOffsets");
    RowType results = get(flinks, type, "udfOutputType");
    return new Called(functions, rows, arguments, results, code);
  }

  private static Configuration configuration(StreamOperator<?> flinks) {
    return ((AbstractPythonFunctionOperator<?>) flinks).getConfiguration();
  }

  private static void set(OneInputTransformation<?, ?> one, StreamOperator<RowData> operator) {
    try {
      Field field = OneInputTransformation.class.getDeclaredField("operatorFactory");
      field.setAccessible(true);
      field.set(one, SimpleOperatorFactory.of(operator));
    } catch (ReflectiveOperationException e) {
      throw anotherFlink(e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T get(Object of, Class<?> type, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return (T) field.get(of);
    } catch (ReflectiveOperationException e) {
      throw anotherFlink(e);
    }
  }

  private static IllegalStateException anotherFlink(ReflectiveOperationException e) {
    return new IllegalStateException("another Flink than 2.3: " + e.getMessage(), e);
  }
}
