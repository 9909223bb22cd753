package io.tally.connectors.clock;

import static io.tally.connectors.clock.Proxies.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.Test;

class BoundedReaderTest {

  private final List<SourceEvent> sent = new ArrayList<>();
  private final List<Long> marks = new ArrayList<>();
  private final NewestEvents newest = new NewestEvents();
  private final BoundedReader reader = new BoundedReader(flinks(), context(), newest);
  private InputStatus status = InputStatus.MORE_AVAILABLE;

  private SourceReaderContext context() {
    return proxy(
        SourceReaderContext.class,
        (method, arguments) ->
            method.startsWith("send") ? sent.add((SourceEvent) arguments[0]) : null);
  }

  @SuppressWarnings("unchecked")
  private SourceReader<RowData, KafkaPartitionSplit> flinks() {
    return proxy(
        SourceReader.class,
        (method, arguments) ->
            switch (method) {
              case "pollNext" -> status;
              case "isAvailable" -> CompletableFuture.completedFuture(null);
              case "snapshotState" -> List.of(split(1, 17, 40));
              default -> null;
            });
  }

  private static KafkaPartitionSplit split(int partition, long from, long to) {
    return new KafkaPartitionSplit(new TopicPartition("t", partition), from, to);
  }

  @SuppressWarnings("unchecked")
  private InputStatus poll() throws Exception {
    return reader.pollNext(
        proxy(
            ReaderOutput.class,
            (method, arguments) -> marks.add(((Watermark) arguments[0]).getTimestamp())));
  }

  @Test
  void endsOnceItIsToldTheTimeOfTheNewestEventOfAll() throws Exception {
    newest.begin("t-0", 1_000).take(7, 9);
    newest.begin("t-1", 1_000).take(5, 9);
    assertThat(poll()).isEqualTo(InputStatus.MORE_AVAILABLE);
    assertThat(sent).isEmpty();

    status = InputStatus.END_OF_INPUT;
    assertThat(poll()).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(poll()).isEqualTo(InputStatus.NOTHING_AVAILABLE);
    assertThat(sent).containsExactly(new Finished(7));
    assertThat(reader.isAvailable()).isNotDone();

    reader.handleSourceEvents(new SourceTime(11));
    assertThat(reader.isAvailable()).isDone();
    assertThat(poll()).isEqualTo(InputStatus.END_OF_INPUT);
    assertThat(marks).containsExactly(11L);
  }

  @Test
  void endsWithoutATimeWhereThereWasNoEvent() throws Exception {
    status = InputStatus.END_OF_INPUT;
    poll();
    assertThat(sent).containsExactly(new Finished(Finished.NONE));
    reader.handleSourceEvents(new SourceTime(Finished.NONE));
    assertThat(poll()).isEqualTo(InputStatus.END_OF_INPUT);
    assertThat(marks).isEmpty();
  }

  @Test
  void aCheckpointHoldsTheNewestEventsAlsoOfWhatIsReadToItsEnd() {
    reader.addSplits(List.of(split(0, 0, 40), split(1, 0, 40)));
    newest.begin("t-0", 1_000).take(7, 9);
    newest.begin("t-1", 1_000).take(5, 9);
    List<KafkaPartitionSplit> state = reader.snapshotState(1);
    assertThat(state)
        .containsExactly(split(0, KafkaPartitionSplit.EARLIEST_OFFSET, 0), split(1, 17, 40));
    assertThat(state.stream().map(TimedSplit::newestOf))
        .containsExactly(new Event(7, 9, 1_000), new Event(5, 9, 1_000));
  }

  @Test
  void endsAtTheTimeOfTheNewestEventThatACheckpointKnows() throws Exception {
    Event event = new Event(7, 9, 1_000);
    reader.addSplits(
        List.of(
            new TimedSplit(split(0, KafkaPartitionSplit.EARLIEST_OFFSET, 0), event),
            split(1, 17, 40)));
    newest.begin("t-1", 1_000).take(5, 9);
    status = InputStatus.END_OF_INPUT;
    poll();
    assertThat(sent).containsExactly(new Finished(7));
  }
}
