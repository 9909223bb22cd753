package io.tally.connectors.clock;

import static io.tally.connectors.clock.Proxies.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.lost.ReadPositions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.table.data.RowData;
import org.junit.jupiter.api.Test;

class ClockReaderTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long DELAY = 5_000;
  private static final String FIRST = "t-0";
  private static final String SECOND = "t-1";

  private final List<SourceEvent> sent = new ArrayList<>();
  private final ReadPositions read = new ReadPositions();
  private final NewestEvents newest = new NewestEvents();
  private final Output output = new Output();
  private RuntimeException failure;
  private final ClockReader reader = new ClockReader(flinks(), context(), read, newest, DELAY);

  private SourceReaderContext context() {
    return proxy(
        SourceReaderContext.class,
        (method, arguments) -> {
          assertThat(method).isEqualTo("sendSourceEventToCoordinator");
          sent.add((SourceEvent) arguments[0]);
          return null;
        });
  }

  /** Flink's reader, which has nothing at the moment; asked for its state, it holds both splits. */
  @SuppressWarnings("unchecked")
  private SourceReader<RowData, KafkaPartitionSplit> flinks() {
    return proxy(
        SourceReader.class,
        (method, arguments) ->
            switch (method) {
              case "pollNext" -> polled();
              case "isAvailable" -> new CompletableFuture<Void>();
              case "snapshotState" -> List.of(split(0), split(1));
              default -> null;
            });
  }

  private InputStatus polled() {
    if (failure != null) {
      throw failure;
    }
    return InputStatus.NOTHING_AVAILABLE;
  }

  /** What a reader puts out: watermarks by split, "" for the reader's own. */
  private static final class Output {

    private final Map<String, Long> marks = new HashMap<>();

    @SuppressWarnings("unchecked")
    private <T> T of(String split, Class<T> type) {
      return proxy(
          type,
          (method, arguments) -> {
            switch (method) {
              case "createOutputForSplit":
                return of((String) arguments[0], SourceOutput.class);
              case "emitWatermark":
                marks.put(split, ((Watermark) arguments[0]).getTimestamp());
                return null;
              default:
                throw new UnsupportedOperationException(method);
            }
          });
    }
  }

  private static KafkaPartitionSplit split(int partition) {
    return new KafkaPartitionSplit(new TopicPartition("t", partition), 0);
  }

  @SuppressWarnings("unchecked")
  private void poll() throws Exception {
    reader.pollNext(output.of("", ReaderOutput.class));
  }

  private void told(SourceEvent event) throws Exception {
    reader.handleSourceEvents(event);
    poll();
  }

  private static Ends ends(long at, long first, long second) {
    return new Ends(at, Map.of(FIRST, first, SECOND, second));
  }

  private Reached said() {
    return (Reached) sent.get(sent.size() - 1);
  }

  private void hasBothWithEvents() {
    reader.addSplits(List.of(split(0), split(1)));
    newest.begin(FIRST, 1_000).take(NOW - 60_000, NOW - 60_000);
    newest.begin(SECOND, 1_000).take(NOW - 90_000, NOW - 30_000);
  }

  @Test
  void aPartitionThatIsReadToItsEndGoesOnByTheClock() throws Exception {
    hasBothWithEvents();
    read.reached(Map.of(FIRST, 7L, SECOND, 9L));
    told(ends(NOW, 7, 9));
    assertThat(output.marks).isEqualTo(Map.of(FIRST, NOW - DELAY, SECOND, NOW - 60_000 - DELAY));
    assertThat(said()).isEqualTo(new Reached(NOW - 60_000 - DELAY, false));
    told(ends(NOW + 1_000, 7, 9));
    assertThat(output.marks)
        .isEqualTo(Map.of(FIRST, NOW + 1_000 - DELAY, SECOND, NOW - 59_000 - DELAY));
  }

  @Test
  void aPartitionThatIsBehindFollowsItsEventsUntilItGetsThere() throws Exception {
    hasBothWithEvents();
    read.reached(Map.of(FIRST, 7L, SECOND, 9L));
    told(ends(NOW, 8, 9));
    assertThat(output.marks).containsOnlyKeys(SECOND);
    assertThat(said().time()).isEqualTo(NOW - 60_000 - DELAY);
    read.reached(Map.of(FIRST, 8L));
    poll();
    assertThat(output.marks).containsEntry(FIRST, NOW - DELAY);
  }

  @Test
  void anEmptyPartitionFollowsTheSource() throws Exception {
    reader.addSplits(List.of(split(0), split(1)));
    newest.begin(FIRST, 1_000).take(NOW, NOW);
    read.reached(Map.of(FIRST, 7L, SECOND, 0L));
    told(ends(NOW, 7, 0));
    assertThat(output.marks).containsOnlyKeys(FIRST);
    assertThat(said()).isEqualTo(new Reached(NOW - DELAY, true));
    told(new SourceTime(NOW - 9_000));
    assertThat(output.marks).containsEntry(SECOND, NOW - 9_000);
  }

  @Test
  void aPartitionThatIsNoLongerEmptyDoesNotFollow() throws Exception {
    reader.addSplits(List.of(split(0), split(1)));
    newest.begin(FIRST, 1_000).take(NOW, NOW);
    read.reached(Map.of(FIRST, 7L, SECOND, 0L));
    told(new SourceTime(NOW - 9_000));
    assertThat(output.marks).isEmpty();
    told(ends(NOW, 7, 1));
    told(new SourceTime(NOW - 8_000));
    assertThat(output.marks).containsOnlyKeys(FIRST);
    // All that was in it were dead letters.
    read.reached(Map.of(SECOND, 1L));
    poll();
    assertThat(output.marks).containsEntry(SECOND, NOW - 8_000);
    newest.begin(SECOND, 1_000).take(NOW, NOW);
    told(new SourceTime(NOW - 7_000));
    assertThat(output.marks).containsEntry(SECOND, NOW - 8_000);
  }

  @Test
  void aPartitionOfWhichNothingIsReadYetIsNotKnown() throws Exception {
    reader.addSplits(List.of(split(0), split(1)));
    newest.begin(FIRST, 1_000).take(NOW, NOW);
    read.reached(Map.of(FIRST, 7L, SECOND, 0L));
    told(ends(NOW, 7, 3));
    assertThat(said().time()).isEqualTo(Reached.UNKNOWN);
  }

  @Test
  void aReaderWithoutPartitionsFollowsTheSource() throws Exception {
    told(ends(NOW, 7, 9));
    assertThat(said()).isEqualTo(new Reached(Reached.NONE, false));
    assertThat(output.marks).isEmpty();
    told(new SourceTime(NOW - 5));
    assertThat(output.marks).isEqualTo(Map.of("", NOW - 5));
  }

  @Test
  void checkpointsHoldTheNewestEventsAndRestoresGoOnFromThem() throws Exception {
    Event event = new Event(NOW - 60_000, NOW - 60_000, 1_000);
    reader.addSplits(List.of(new TimedSplit(split(0), event), split(1)));
    assertThat(reader.snapshotState(1).stream().map(TimedSplit::newestOf))
        .containsExactly(event, null);
    read.reached(Map.of(FIRST, 7L));
    told(ends(NOW, 7, 9));
    assertThat(output.marks).isEqualTo(Map.of(FIRST, NOW - DELAY));
  }

  @Test
  void isWokenByWhatItIsTold() throws Exception {
    poll();
    CompletableFuture<Void> available = reader.isAvailable();
    assertThat(available).isNotDone();
    reader.handleSourceEvents(ends(NOW, 0, 0));
    assertThat(available).isDone();
    assertThat(reader.isAvailable()).isDone();
    poll();
    assertThat(reader.isAvailable()).isNotDone();
  }

  @Test
  void saysThatItFails() {
    failure = new IllegalStateException("no row");
    assertThatThrownBy(this::poll).isSameAs(failure);
    assertThat(sent).containsExactly(new Failing());
  }
}
