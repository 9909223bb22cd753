package io.tally.connectors.clock;

import io.tally.connectors.lost.LossPolicy;
import io.tally.connectors.lost.ReadPositions;
import io.tally.connectors.lost.TrackedReader;
import java.time.Clock;
import java.time.Duration;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.runtime.metrics.scope.ScopeFormat;
import org.apache.flink.table.data.RowData;

/** A Kafka source whose time goes on by the clock where it has been read to its end. */
public final class ClockSource extends WrappedSource {

  private static final long serialVersionUID = 1L;

  private final Duration leastDelay;
  private final String group;

  /**
   * @param source what is read, without end
   * @param deserializer the source's
   * @param losses what becomes of records that vanished before they were read
   * @param leastDelay of time by the clock behind the present
   * @param group of the sources of its job that it follows until it has an event; empty for none
   */
  public ClockSource(
      KafkaSource<RowData> source,
      TimedDeserializer deserializer,
      LossPolicy losses,
      Duration leastDelay,
      String group) {
    super(source, deserializer, losses);
    this.leastDelay = leastDelay;
    this.group = group;
  }

  @Override
  SourceReader<RowData, KafkaPartitionSplit> wrapped(
      TrackedReader reader, SourceReaderContext context, ReadPositions read) {
    NewestEvents newest = new NewestEvents();
    deserializer.noteNewest(newest);
    return new ClockReader(reader, context, read, newest, leastDelay.toMillis());
  }

  @Override
  WrappedEnumerator wrapped(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context,
      boolean isRestored) {
    String job = context.metricGroup().getAllVariables().get(ScopeFormat.SCOPE_JOB_ID);
    Companions companions = new Companions(group.isEmpty() ? "" : "%s: %s".formatted(job, group));
    long delay = leastDelay.toMillis();
    return new ClockEnumerator(
        enumerator,
        context,
        () -> new BrokerEnds(properties()),
        Clock.systemUTC(),
        new Answers(delay, isRestored),
        new SourceTimes(delay, companions),
        companions);
  }
}
