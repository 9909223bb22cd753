package io.tally.connectors.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.functions.TableSemantics;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private static final long WATERMARK = 1_700_000_000_000L;

  private final Sessions sessions = new Sessions();
  private final MapView<Long, Row> pending = new MapView<>();

  private static void opened(Sessions sessions, Map<String, String> parameters) {
    Object runtime =
        Proxy.newProxyInstance(
            SessionsTest.class.getClassLoader(),
            new Class<?>[] {RuntimeContext.class},
            (proxy, method, arguments) -> parameters);
    sessions.open(new FunctionContext((RuntimeContext) runtime));
  }

  /** Flink's context for an event of a time, which answers by the names of its methods. */
  private static <T> T context(Class<T> type, long at) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "tableSemanticsFor" -> context(TableSemantics.class, at);
                  case "dataType" -> DataTypes.ROW(DataTypes.FIELD("kind", DataTypes.STRING()));
                  case "timeContext" -> context(ProcessTableFunction.TimeContext.class, at);
                  case "time" -> at;
                  case "currentWatermark" -> WATERMARK;
                  default -> null;
                }));
  }

  private void take(long at) throws Exception {
    sessions.eval(
        context(ProcessTableFunction.Context.class, at),
        pending,
        new MapView<>(),
        Row.of("START"),
        ColumnList.of("kind"),
        "START",
        "END",
        Duration.ofMinutes(1),
        null,
        null);
  }

  @Test
  void anEventBehindTheWatermarkIsLeftOut() throws Exception {
    opened(sessions, Map.of());
    take(WATERMARK);
    take(WATERMARK + 1);
    assertThat(pending.getMap()).containsOnlyKeys(WATERMARK + 1);
  }

  @Test
  void itFailsTheJobWhereAGateLetItIn() throws Exception {
    opened(sessions, Map.of(Sessions.GATED, "true"));
    take(WATERMARK + 1);
    assertThatThrownBy(() -> take(WATERMARK))
        .isInstanceOf(LateEventException.class)
        .hasMessage(
            "the gate of late rows let an event of 2023-11-14T22:13:20Z in,"
                + " and SESSIONS is at 2023-11-14T22:13:20Z already");
  }
}
