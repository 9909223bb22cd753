package io.tally.connectors.clock;

import static io.tally.connectors.clock.Proxies.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BoundedEnumeratorTest {

  private final List<String> told = new ArrayList<>();
  private final Map<String, Gauge<?>> measured = new HashMap<>();
  private final Deque<BiConsumer<Object, Throwable>> later = new ArrayDeque<>();
  private final BoundedEnumerator enumerator = new BoundedEnumerator(flinks(), context(), false);

  @SuppressWarnings("unchecked")
  private static SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> flinks() {
    return proxy(SplitEnumerator.class, (method, arguments) -> null);
  }

  @SuppressWarnings("unchecked")
  private SplitEnumeratorContext<KafkaPartitionSplit> context() {
    return proxy(
        SplitEnumeratorContext.class,
        (method, arguments) ->
            switch (method) {
              case "currentParallelism" -> 2;
              case "metricGroup" -> metrics();
              case "registeredReaders" -> Map.of(0, new ReaderInfo(0, ""));
              case "callAsync" -> later.add((BiConsumer<Object, Throwable>) arguments[1]);
              case "signalNoMoreSplits" -> told.add(arguments[0] + " no more");
              default ->
                  told.add("%s %s".formatted(arguments[0], ((SourceTime) arguments[1]).time()));
            });
  }

  private SplitEnumeratorMetricGroup metrics() {
    return proxy(
        SplitEnumeratorMetricGroup.class,
        (method, arguments) -> measured.put((String) arguments[0], (Gauge<?>) arguments[1]));
  }

  @BeforeEach
  void begin() {
    enumerator.addReader(0);
    enumerator.addReader(1);
  }

  @Test
  void tellsAllTheNewestOnceAllHaveFinished() {
    enumerator.handleSourceEvent(1, new Finished(7));
    assertThat(told).isEmpty();
    enumerator.handleSourceEvent(0, new Finished(5));
    assertThat(told).containsExactly("0 7", "1 7");
  }

  @Test
  void measuresTheTimeThatTheSourceCameTo() {
    enumerator.start();
    assertThat(measured.get("sourceTime").getValue()).isNull();
    enumerator.handleSourceEvent(1, new Finished(Finished.NONE));
    enumerator.handleSourceEvent(0, new Finished(5));
    assertThat(measured.get("sourceTime").getValue()).isEqualTo(5L);
  }

  @Test
  void measuresNoTimeWithoutEvents() {
    enumerator.start();
    enumerator.handleSourceEvent(1, new Finished(Finished.NONE));
    enumerator.handleSourceEvent(0, new Finished(Finished.NONE));
    assertThat(measured.get("sourceTime").getValue()).isNull();
  }

  @Test
  void waitsForAReaderThatIsBegunAgain() {
    enumerator.handleSourceEvent(1, new Finished(7));
    enumerator.addReader(1);
    enumerator.handleSourceEvent(0, new Finished(5));
    assertThat(told).isEmpty();
    enumerator.handleSourceEvent(1, new Finished(6));
    assertThat(told).containsExactly("0 6", "1 6");
  }

  @Test
  void tellsAReaderAloneThatIsBegunAgainBehindTheOthers() {
    enumerator.handleSourceEvent(0, new Finished(5));
    enumerator.handleSourceEvent(1, new Finished(7));
    told.clear();
    enumerator.addReader(1);
    enumerator.handleSourceEvent(1, new Finished(Finished.NONE));
    assertThat(told).containsExactly("1 7");
  }

  @Test
  void saysThatThereAreNoMoreSplitsAfterARestore() {
    BoundedEnumerator restored = new BoundedEnumerator(flinks(), context(), true);
    restored.start();
    later.remove().accept(true, null);
    assertThat(told).isEmpty();
    later.remove().accept(true, null);
    restored.addReader(1);
    assertThat(told).containsExactly("0 no more", "1 no more");
  }
}
