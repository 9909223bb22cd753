package io.tally.connectors.failed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ThrownByExpressionTest {

  private static <T extends Throwable> T at(T thrown, String... frames) {
    thrown.setStackTrace(
        Stream.of(frames)
            .map(frame -> frame.split("#"))
            .map(frame -> new StackTraceElement(frame[0], frame[1], null, -1))
            .toArray(StackTraceElement[]::new));
    return thrown;
  }

  private static final String CALC = "StreamExecCalc$9#processElement";
  private static final String INVOKE = "org.apache.flink.StreamTask#invoke";

  @Test
  void whatGeneratedCodeThrowsOrCallsIsOfIt() {
    Throwable thrown = at(new ArithmeticException("/ by zero"), CALC, INVOKE);
    assertThat(ThrownByExpression.of(new RuntimeException(thrown)))
        .contains(new ThrownByExpression("StreamExecCalc$9", "ArithmeticException: / by zero"));
    Throwable called =
        at(
            new NullPointerException(),
            "org.apache.flink.JsonFunction#add",
            "Handler$45#accumulate");
    assertThat(ThrownByExpression.of(called))
        .contains(new ThrownByExpression("Handler$45", "NullPointerException"));
  }

  @Test
  void whatAnOperatorBehindThrowsIsNot() {
    Throwable thrown =
        at(
            new IllegalStateException("full"),
            "io.tally.Sink#write",
            "org.apache.flink.ChainingOutput#pushToOperator",
            CALC);
    assertThat(ThrownByExpression.of(thrown)).isEmpty();
  }

  @Test
  void whatARestartMayMendIsNot() {
    assertThat(ThrownByExpression.of(at(new IOException("closed"), CALC))).isEmpty();
    Throwable lookup =
        at(
            new IllegalStateException("no node"),
            "io.tally.connectors.cassandra.CassandraLookupFunction#lookup",
            "LookupFunction$7#flatMap");
    assertThat(ThrownByExpression.of(lookup)).isEmpty();
  }

  @Test
  void whatIsNamedAlreadyIsSaidAsItIs() {
    Throwable named =
        new FailedExpressionException("aggregate 'a': / by zero", new ArithmeticException());
    assertThat(ThrownByExpression.of(new RuntimeException(named)))
        .contains(new ThrownByExpression("", "aggregate 'a': / by zero"));
  }
}
