package io.tally.connectors.python;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.python.PythonOptions;
import org.apache.flink.python.util.ProtoUtils;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.python.embedded.AbstractEmbeddedPythonFunctionOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.python.PythonFunctionInfo;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** Calls Python functions in the interpreter of its task, once for each row. */
public abstract class PythonCall extends AbstractEmbeddedPythonFunctionOperator<RowData>
    implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private static final String OPEN =
      """
      import cloudpickle
      from pyflink.fn_execution import flink_fn_execution_pb2
      from pyflink.fn_execution.table import operations
      described = flink_fn_execution_pb2.UserDefinedFunctions()
      described.ParseFromString(proto)
      functions = [cloudpickle.loads(one.payload) for one in described.udfs]
      operation = getattr(operations, operation_name)(described)
      calls = cloudpickle.loads(calls_code)(operation, functions, argument_types, result_types)
      """;

  /**
   * What an operator of Flink's calls.
   *
   * @param functions that are called
   * @param rows type of its input
   * @param arguments columns of the input that are the arguments
   * @param results type of what the functions return
   * @param code the Python class that calls them, pickled
   */
  record Called(
      PythonFunctionInfo[] functions, RowType rows, int[] arguments, RowType results, byte[] code)
      implements Serializable {

    private List<LogicalType> argumentTypes() {
      return IntStream.of(arguments).mapToObj(rows::getTypeAt).toList();
    }

    private String names() {
      return Stream.of(functions)
          .map(one -> "function '%s'".formatted(one.getPythonFunction()))
          .collect(Collectors.joining(", "));
    }
  }

  private final Called called;
  private final String operation;
  private transient PythonValue.Fields arguments;
  private transient PythonValue.Fields results;
  private transient StreamRecord<RowData> reused;

  /**
   * @param operation name of PyFlink's class that calls them
   */
  PythonCall(Configuration config, Called called, String operation) {
    super(config);
    this.called = called;
    this.operation = operation;
    refuseWhatPythonHasNoValueFor();
  }

  /** Before the job is started, and not when its first row comes. */
  private void refuseWhatPythonHasNoValueFor() {
    try {
      PythonValue.Fields.of(called.rows(), called.arguments());
      PythonValue.Fields.of(called.results());
    } catch (UnsupportedOperationException e) {
      throw new PythonFunctionException(called.names() + ": " + e.getMessage());
    }
  }

  @Override
  public void open() throws Exception {
    arguments = PythonValue.Fields.of(called.rows(), called.arguments());
    results = PythonValue.Fields.of(called.results());
    reused = new StreamRecord<>(null);
    super.open();
  }

  @Override
  public void openPythonInterpreter() {
    interpreter.set("calls_code", called.code());
    interpreter.set("operation_name", operation);
    interpreter.set("argument_types", TypeDescription.of(called.argumentTypes()));
    interpreter.set("result_types", TypeDescription.of(called.results().getChildren()));
    interpreter.set("proto", proto());
    interpreter.exec(OPEN);
    interpreter.invokeMethod("calls", "open");
  }

  private byte[] proto() {
    boolean metrics = config.get(PythonOptions.PYTHON_METRIC_ENABLED);
    boolean profile = config.get(PythonOptions.PYTHON_PROFILE_ENABLED);
    return ProtoUtils.createUserDefinedFunctionsProto(
            getRuntimeContext(), called.functions(), metrics, profile)
        .toByteArray();
  }

  /**
   * Calls the functions with a row.
   *
   * @return what they returned; of a scalar function each result, of a table function each row
   * @throws PythonFunctionException if one raised, or its result does not fit
   */
  final Object[] call(RowData row) {
    Object given = arguments.toPython(row);
    Object answer = interpreter.invokeMethod("calls", "call", given);
    if (answer instanceof List<?> wrong) {
      throw new PythonFunctionException((String) wrong.get(0));
    }
    return (Object[]) answer;
  }

  final PythonValue.Fields results() {
    return results;
  }

  final void collect(RowData row) {
    output.collect(reused.replace(row));
  }

  @Override
  public void endInput() {
    interpreter.invokeMethod("calls", "close");
  }
}
