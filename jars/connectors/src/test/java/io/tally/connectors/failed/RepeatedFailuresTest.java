package io.tally.connectors.failed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.MockOperatorCoordinatorContext;
import org.junit.jupiter.api.Test;

class RepeatedFailuresTest {

  private final MockOperatorCoordinatorContext context =
      new MockOperatorCoordinatorContext(new OperatorID(), 2);
  private final RepeatedFailures failures =
      new RepeatedFailures(
          context, new HashMap<>(Map.of("Calc$1", new Place("'a'", "Calc(select=[(1 / v)])"))));

  private static Throwable thrown(String message) {
    ArithmeticException thrown = new ArithmeticException(message);
    thrown.setStackTrace(
        new StackTraceElement[] {new StackTraceElement("Calc$1", "processElement", null, -1)});
    return thrown;
  }

  @Test
  void theThirdFailureOfOneCauseEndsTheJobByName() {
    List<Boolean> ended = new ArrayList<>();
    for (String message : List.of("zero", "other", "zero", "other", "zero")) {
      failures.executionAttemptFailed(0, 0, thrown(message));
      ended.add(context.isJobFailed());
    }
    assertThat(ended).containsExactly(false, false, false, false, true);
    assertThat(context.getJobFailureReason())
        .isInstanceOf(SuppressRestartsException.class)
        .cause()
        .hasMessage(
            "stopped after 3 failures of one cause: "
                + "aggregate 'a': Calc(select=[(1 / v)]) failed: ArithmeticException: zero");
  }

  @Test
  void whatNoExpressionThrewIsNotCounted() {
    for (int i = 0; i < 5; i++) {
      failures.executionAttemptFailed(0, i, new IllegalStateException("task manager lost"));
    }
    assertThat(context.isJobFailed()).isFalse();
  }
}
