package io.tally.connectors.cassandra;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Two readers as an enumerator sees them; what it tells them is logged. */
final class FakeReaders {

  private static final Map<Integer, ReaderInfo> READERS =
      Map.of(0, new ReaderInfo(0, "host"), 1, new ReaderInfo(1, "host"));

  final List<String> log = new ArrayList<>();
  private Runnable answer;

  /** Does what the enumerator asked to have done in the background. */
  void answer() {
    answer.run();
  }

  @SuppressWarnings("unchecked")
  SplitEnumeratorContext<TokenSplit> context() {
    return (SplitEnumeratorContext<TokenSplit>)
        Proxy.newProxyInstance(
            FakeReaders.class.getClassLoader(),
            new Class<?>[] {SplitEnumeratorContext.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "registeredReaders" -> READERS;
                  case "assignSplit" -> {
                    log.add(arguments[1] + " gets " + ((TokenSplit) arguments[0]).splitId());
                    yield null;
                  }
                  case "signalNoMoreSplits" -> {
                    log.add(arguments[0] + " is done");
                    yield null;
                  }
                  case "callAsync" -> {
                    answer =
                        () ->
                            call(
                                (Callable<Object>) arguments[0],
                                (BiConsumer<Object, Throwable>) arguments[1]);
                    yield null;
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static void call(Callable<Object> task, BiConsumer<Object, Throwable> handler) {
    Object result;
    try {
      result = task.call();
    } catch (Exception e) {
      handler.accept(null, e);
      return;
    }
    handler.accept(result, null);
  }
}
