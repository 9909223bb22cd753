package io.tally.connectors.account;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.StateInitializationContext;

/**
 * The figures of one task of a meter, by name. Only their sum over all tasks means something: a
 * restore at another parallelism hands them out anew.
 */
final class Counts {

  private final Map<String, Count> counts = new TreeMap<>();
  private ListState<Map<String, Long>> state;
  private MetricGroup metrics;

  /** Goes on from what a checkpoint holds. */
  void restore(StateInitializationContext context, MetricGroup metrics) throws Exception {
    this.metrics = metrics;
    state =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "counts",
                    new MapSerializer<>(StringSerializer.INSTANCE, LongSerializer.INSTANCE)));
    for (Map<String, Long> restored : state.get()) {
      restored.forEach((name, value) -> of(name).add(value));
    }
  }

  /** Returns the figure of a name, from 0 on. */
  Count of(String name) {
    Count known = counts.get(name);
    return known == null ? begun(name) : known;
  }

  private Count begun(String name) {
    Count count = new Count();
    counts.put(name, count);
    if (!name.startsWith(OpenWindows.PREFIX)) {
      // Live, and so ahead of the last checkpoint.
      metrics.addGroup("account").gauge(name, (Gauge<Long>) count::value);
    }
    return count;
  }

  /** Returns the names that begin so. */
  List<String> names(String prefix) {
    return counts.keySet().stream().filter(name -> name.startsWith(prefix)).toList();
  }

  void forget(String name) {
    counts.remove(name);
  }

  void snapshot() throws Exception {
    state.update(List.of(values()));
  }

  /** Returns all figures; the map is the caller's. */
  Map<String, Long> values() {
    Map<String, Long> values = new HashMap<>();
    counts.forEach((name, count) -> values.put(name, count.value()));
    return values;
  }
}
