package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.datastax.oss.driver.api.core.servererrors.InvalidQueryException;
import io.tally.connectors.cassandra.FakeCassandra.Fate;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

/** Rows are (p, c, v, w) with partition key p and clustering column c. */
class CassandraSinkWriterTest {

  private static final long MINUTE = 60_000_000L;

  private final FakeTask task = new FakeTask();
  private final FakeCassandra cassandra = new FakeCassandra(task);
  private long clock = 1_000 * MINUTE;

  private static Tables table() {
    return new Tables()
        .column("p", DataTypes.STRING().notNull())
        .column("c", DataTypes.INT().notNull())
        .column("v", DataTypes.BIGINT())
        .column("w", DataTypes.BYTES())
        .key("p", "c");
  }

  private CassandraSinkWriter writer(Tables table) {
    return writer(table, table.target().columns(), task, () -> clock);
  }

  private CassandraSinkWriter writer(
      Tables flinkTable, List<TargetTable.Column> columns, FakeTask owner, LongSupplier micros) {
    ServerTable server = flinkTable.server(List.of("p"), List.of("c"));
    return FakeSink.of(flinkTable, columns, server).writer(owner, cassandra, cassandra, micros);
  }

  private static GenericRowData row(RowKind kind, String p, int c, Long v, String w) {
    return GenericRowData.ofKind(
        kind, StringData.fromString(p), c, v, w == null ? null : w.getBytes());
  }

  private static GenericRowData row(String p, int c, long v) {
    return row(RowKind.INSERT, p, c, v, null);
  }

  private static RowKey key(String p, int c) {
    return new RowKey(List.of(bytes(p)), List.of(ByteBuffer.allocate(4).putInt(0, c)));
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes());
  }

  private Long value(String p, int c) {
    ByteBuffer bytes = cassandra.row(key(p, c)).get(2);
    return bytes == null ? null : bytes.getLong(0);
  }

  private boolean exists(String p, int c) {
    return !cassandra.row(key(p, c)).isEmpty();
  }

  @Test
  void writesUpsertsAndDeletes() throws Exception {
    CassandraSinkWriter writer = writer(table());
    writer.write(row(RowKind.INSERT, "a", 1, 1L, "x"), null);
    writer.write(row(RowKind.INSERT, "a", 2, 1L, "x"), null);
    writer.flush(false);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 2L, null), null);
    writer.write(row(RowKind.DELETE, "a", 2, 1L, "x"), null);
    writer.flush(false);
    assertThat(cassandra.row(key("a", 1)))
        .containsOnlyKeys(0, 1, 2)
        .containsEntry(2, ByteBuffer.allocate(8).putLong(0, 2));
    assertThat(exists("a", 2)).isFalse();
  }

  /**
   * What {@code HAVING COUNT(*) < 10} emits for a group that grows, and for one that grows over.
   */
  @Test
  void anUpdateBeforeWithoutItsUpdateAfterTakesTheRowAway() throws Exception {
    CassandraSinkWriter writer = writer(table());
    writer.write(row(RowKind.INSERT, "a", 1, 8L, "x"), null);
    writer.write(row(RowKind.INSERT, "a", 2, 9L, "x"), null);
    writer.flush(false);
    writer.write(row(RowKind.UPDATE_BEFORE, "a", 1, 8L, "x"), null);
    writer.flush(false);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 9L, "x"), null);
    writer.write(row(RowKind.UPDATE_BEFORE, "a", 2, 9L, "x"), null);
    writer.flush(false);
    assertThat(value("a", 1)).isEqualTo(9L);
    assertThat(exists("a", 2)).isFalse();
  }

  @Test
  void flushWaitsUntilAllIsAcknowledged() throws Exception {
    cassandra.delay = () -> 5_000;
    CassandraSinkWriter writer = writer(table().option("sink.max-in-flight-requests", "3"));
    for (int i = 0; i < 20; i++) {
      writer.write(row("p" + i, 1, i), null);
    }
    writer.flush(false);
    assertThat(cassandra.inFlight).isZero();
    assertThat(IntStream.range(0, 20).mapToObj(i -> value("p" + i, 1)))
        .containsExactlyElementsOf(IntStream.range(0, 20).mapToObj(i -> (long) i).toList());
    assertThat(task.metricGroup().getNumRecordsSendCounter().getCount()).isEqualTo(20);
  }

  @Test
  void sendsAKeyOnceBetweenFlushesAndAPartitionInOneBatch() throws Exception {
    CassandraSinkWriter writer = writer(table());
    for (int i = 0; i < 100; i++) {
      writer.write(row("a", i % 4, i), null);
      writer.write(row("b", 1, i), null);
    }
    writer.flush(false);
    assertThat(cassandra.requests).hasSize(2);
    assertThat(cassandra.requests.get(0)).hasSize(4);
    assertThat(cassandra.requests.get(1)).hasSize(1);
    assertThat(value("a", 3)).isEqualTo(99);
    assertThat(value("b", 1)).isEqualTo(99);
  }

  @Test
  void sendsWhenTheOldestRowHasWaitedLongEnough() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.buffer-flush.interval", "2 s"));
    writer.write(row("a", 1, 1), null);
    task.pass(1_999);
    assertThat(cassandra.requests).isEmpty();
    task.pass(2);
    assertThat(value("a", 1)).isEqualTo(1);
    writer.write(row("a", 1, 2), null);
    task.pass(2_001);
    assertThat(value("a", 1)).isEqualTo(2);
  }

  @Test
  void sendsWhenTheBufferHoldsEnoughRows() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.buffer-flush.max-rows", "3"));
    writer.write(row("a", 1, 1), null);
    writer.write(row("b", 1, 1), null);
    assertThat(cassandra.requests).isEmpty();
    writer.write(row("c", 1, 1), null);
    assertThat(cassandra.requests).hasSize(3);
  }

  @Test
  void boundsRequestsInFlight() throws Exception {
    cassandra.delay = () -> 100;
    CassandraSinkWriter writer =
        writer(
            table()
                .option("sink.max-in-flight-requests", "4")
                .option("sink.buffer-flush.max-rows", "10"));
    for (int i = 0; i < 200; i++) {
      writer.write(row("p" + i, 1, i), null);
    }
    writer.flush(true);
    assertThat(cassandra.mostInFlight).isEqualTo(4);
    assertThat(cassandra.requests).hasSize(200);
  }

  @Test
  void boundsBytesHeldByWaiting() throws Exception {
    cassandra.delay = () -> 100;
    CassandraSinkWriter writer = writer(table().option("sink.buffer-flush.max-size", "1kb"));
    long mostHeld = 0;
    for (int i = 0; i < 100; i++) {
      writer.write(row("p", i, i), null);
      long sent = task.metricGroup().getNumRecordsSendCounter().getCount();
      mostHeld = Math.max(mostHeld, i + 1 - sent);
    }
    long rowBytes = RowWrite.upsert(null, cells("p", 1, 1L), 1).bytes();
    assertThat(mostHeld).isEqualTo(1024 / rowBytes);
  }

  private static List<ByteBuffer> cells(String p, int c, long v) {
    return java.util.Arrays.asList(
        bytes(p), ByteBuffer.allocate(4).putInt(0, c), ByteBuffer.allocate(8).putLong(0, v), null);
  }

  @Test
  void takesARowLargerThanTheBound() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.buffer-flush.max-size", "10 bytes"));
    writer.write(row("a", 1, 1), null);
    writer.write(row("b", 1, 2), null);
    writer.flush(true);
    assertThat(value("b", 1)).isEqualTo(2);
  }

  @Test
  void triesATransientErrorAgainAndThenFailsTheJob() throws Exception {
    cassandra.fate = () -> Fate.LOST;
    CassandraSinkWriter writer = writer(table().option("sink.retry.max-attempts", "3"));
    writer.write(row("a", 1, 1), null);
    assertThatThrownBy(() -> writer.flush(false))
        .cause()
        .isInstanceOf(CassandraSinkException.class)
        .hasMessage("write to ks.t failed after 3 tries in 0.2 s: Query timed out after PT10S");
    assertThat(cassandra.requests).hasSize(3);
  }

  @Test
  void failsTheJobWhenARequestWasTriedForTooLong() throws Exception {
    cassandra.fate = () -> Fate.LOST;
    cassandra.delay = () -> 10_000;
    CassandraSinkWriter writer = writer(table());
    writer.write(row("a", 1, 1), null);
    assertThatThrownBy(() -> writer.flush(false))
        .cause()
        .isInstanceOf(CassandraSinkException.class)
        .hasMessage("write to ks.t failed after 10 tries in 124.5 s: Query timed out after PT10S");
  }

  @Test
  void ridesOutAServerThatIsAwayForAMinute() throws Exception {
    cassandra.fate = () -> Fate.LOST;
    CassandraSinkWriter writer = writer(table());
    writer.write(row("a", 1, 1), null);
    task.after(60_000, () -> cassandra.fate = () -> Fate.DONE);
    writer.flush(false);
    assertThat(value("a", 1)).isEqualTo(1);
  }

  @Test
  void failsTheJobAtOnceOnAnErrorThatStays() throws Exception {
    cassandra.error = new InvalidQueryException(null, "no such column");
    CassandraSinkWriter writer = writer(table());
    writer.write(row("it's", 1, 1), null);
    assertThatThrownBy(() -> task.pass(60_000))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("write to ks.t of the row p = 'it''s' AND c = 1 was refused: no such column");
    assertThat(cassandra.requests).hasSize(1);
  }

  @Test
  void namesARowOfABatchThatIsRefused() throws Exception {
    cassandra.error = new InvalidQueryException(null, "no");
    CassandraSinkWriter writer = writer(table());
    writer.write(row("x".repeat(70), 1, 1), null);
    writer.write(row("x".repeat(70), 2, 1), null);
    assertThatThrownBy(() -> task.pass(60_000))
        .hasMessage(
            "write to ks.t of the row p = '%s... AND c = 1, or another of its batch, was refused: no"
                .formatted("x".repeat(59)));
  }

  @Test
  void refusesARowWithoutKey() {
    CassandraSinkWriter writer = writer(table());
    GenericRowData row = GenericRowData.of(StringData.fromString("a"), null, 1L, null);
    assertThatThrownBy(() -> writer.write(row, null))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage("primary key column ks.t.c is null in a row");
  }

  @Test
  void keepsNoReferenceToARow() throws Exception {
    CassandraSinkWriter writer = writer(table());
    byte[] w = "one".getBytes();
    GenericRowData reused = GenericRowData.of(StringData.fromString("a"), 1, 1L, w);
    writer.write(reused, null);
    w[0] = 'X';
    reused.setField(1, 2);
    reused.setField(2, 2L);
    writer.write(reused, null);
    writer.flush(false);
    assertThat(value("a", 1)).isEqualTo(1);
    assertThat(cassandra.row(key("a", 1))).containsEntry(3, bytes("one"));
    assertThat(cassandra.row(key("a", 2))).containsEntry(3, bytes("Xne"));
  }

  @Test
  void aPartialInsertLeavesOtherColumnsAloneButNotThoseOfADeletedRow() throws Exception {
    Tables table = table();
    CassandraSinkWriter whole = writer(table);
    whole.write(row(RowKind.INSERT, "a", 1, 1L, "kept"), null);
    whole.write(row(RowKind.INSERT, "a", 2, 1L, "gone"), null);
    whole.flush(false);
    CassandraSinkWriter partial =
        writer(table, table.target().columns().subList(0, 3), task, () -> clock);
    partial.write(row("a", 1, 2), null);
    partial.write(row(RowKind.DELETE, "a", 2, 1L, null), null);
    partial.write(row("a", 2, 2), null);
    partial.flush(false);
    assertThat(cassandra.row(key("a", 1))).containsEntry(3, bytes("kept"));
    assertThat(cassandra.row(key("a", 2))).containsOnlyKeys(0, 1, 2);
    assertThat(value("a", 2)).isEqualTo(2);
  }

  @Test
  void anUpdateOfAPartialInsertIsNoDelete() throws Exception {
    Tables table = table().option("sink.buffer-flush.interval", "2 s");
    CassandraSinkWriter whole = writer(table);
    whole.write(row(RowKind.INSERT, "a", 1, 1L, "kept"), null);
    whole.write(row(RowKind.INSERT, "a", 2, 1L, "gone"), null);
    whole.flush(false);
    CassandraSinkWriter partial =
        writer(table, table.target().columns().subList(0, 3), task, () -> clock);
    partial.write(row(RowKind.UPDATE_BEFORE, "a", 1, 1L, null), null);
    partial.write(row(RowKind.UPDATE_BEFORE, "a", 2, 1L, null), null);
    task.pass(1_000);
    partial.write(row(RowKind.UPDATE_AFTER, "a", 1, 2L, null), null);
    task.pass(4_000);
    assertThat(cassandra.row(key("a", 1))).containsEntry(3, bytes("kept"));
    assertThat(value("a", 1)).isEqualTo(2);
    assertThat(exists("a", 2)).isFalse();
  }

  /** As behind a filter: the row leaves, the group ends unseen, and begins anew. */
  @Test
  void anInsertAfterAnUpdateBeforeFindsTheRowGone() throws Exception {
    Tables table = table();
    CassandraSinkWriter whole = writer(table);
    whole.write(row(RowKind.INSERT, "a", 1, 1L, "gone"), null);
    whole.flush(false);
    CassandraSinkWriter partial =
        writer(table, table.target().columns().subList(0, 3), task, () -> clock);
    partial.write(row(RowKind.UPDATE_BEFORE, "a", 1, 1L, null), null);
    partial.write(row(RowKind.INSERT, "a", 1, 2L, null), null);
    partial.flush(false);
    assertThat(cassandra.row(key("a", 1))).containsOnlyKeys(0, 1, 2);
    assertThat(value("a", 1)).isEqualTo(2);
  }

  @Test
  void heldUpdateBeforesAreGoneBeforeACheckpointAndTakeNoMoreRoomThanRows() throws Exception {
    Tables table =
        table().option("sink.null-handling", "unset").option("sink.buffer-flush.max-rows", "10");
    CassandraSinkWriter writer = writer(table);
    for (int i = 0; i < 25; i++) {
      writer.write(row(RowKind.INSERT, "a", i, 1L, "x"), null);
    }
    for (int i = 0; i < 25; i++) {
      writer.write(row(RowKind.UPDATE_BEFORE, "a", i, 1L, "x"), null);
      assertThat(task.gauge(SinkMetrics.BUFFERED_RECORDS)).isLessThanOrEqualTo(10);
    }
    writer.flush(false);
    for (int i = 0; i < 25; i++) {
      assertThat(exists("a", i)).isFalse();
    }
    assertThat(task.gauge(SinkMetrics.BUFFERED_BYTES)).isZero();
  }

  @Test
  void unsetNullsKeepWhatTheColumnHolds() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.null-handling", "unset"));
    writer.write(row(RowKind.INSERT, "a", 1, 1L, "one"), null);
    writer.flush(false);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 2L, null), null);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, null, null), null);
    writer.write(row(RowKind.INSERT, "a", 2, null, "two"), null);
    writer.flush(false);
    assertThat(value("a", 1)).isEqualTo(2);
    assertThat(cassandra.row(key("a", 1))).containsEntry(3, bytes("one"));
    assertThat(cassandra.row(key("a", 2))).containsOnlyKeys(0, 1, 3);
    assertThat(cassandra.requests.get(1)).allMatch(write -> write.statements() == 1);
  }

  @Test
  void refusesATimeToLiveThatCannotBe() {
    CassandraSinkWriter writer = writer(table().option("sink.ttl.column", "v"));
    String message =
        "column 'v' (option 'sink.ttl.column') holds %d in a row for ks.t;"
            + " a time to live is from 0 (none) to 630720000 seconds";
    for (long wrong : new long[] {-1, 630_720_001}) {
      assertThatThrownBy(() -> writer.write(row("a", 1, wrong), null))
          .isInstanceOf(CassandraRefusedException.class)
          .hasMessage(message.formatted(wrong));
    }
  }

  @Test
  void takesTheTimeToLiveOfTheLastWrite() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.ttl.column", "v"));
    writer.write(row(RowKind.INSERT, "a", 1, 60L, "one"), null);
    writer.write(row(RowKind.INSERT, "a", 1, null, "two"), null);
    writer.write(row(RowKind.INSERT, "a", 2, null, "one"), null);
    writer.write(row(RowKind.INSERT, "a", 2, 60L, "two"), null);
    writer.flush(false);
    assertThat(cassandra.ttls(key("a", 1))).isEqualTo(Map.of(0, 0, 1, 0, 2, 0));
    assertThat(cassandra.ttls(key("a", 2))).isEqualTo(Map.of(0, 60, 1, 60, 2, 60));
  }

  @Test
  void theLastEventWinsWhateverComesLast() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.timestamp.column", "v"));
    writer.write(row(RowKind.INSERT, "a", 1, 5L, "five"), null);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 3L, "three"), null);
    writer.flush(false);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 4L, "four"), null);
    writer.write(row(RowKind.DELETE, "a", 1, 4L, "four"), null);
    writer.flush(false);
    assertThat(value("a", 1)).isEqualTo(5);
    assertThat(cassandra.row(key("a", 1))).containsEntry(3, bytes("five"));
    writer.write(row(RowKind.DELETE, "a", 1, 5L, "five"), null);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 5L, "again"), null);
    writer.flush(false);
    assertThat(exists("a", 1)).isFalse();
    assertThat(cassandra.ceilingRaises).isZero();
  }

  /** An update that leaves the timestamp as it was: its update-before would delete it. */
  @Test
  void anUpdateBeforeOfTheSameTimestampTakesNothingAway() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.timestamp.column", "v"));
    writer.write(row(RowKind.INSERT, "a", 1, 5L, "a"), null);
    writer.flush(false);
    writer.write(row(RowKind.UPDATE_BEFORE, "a", 1, 5L, "a"), null);
    writer.write(row(RowKind.UPDATE_AFTER, "a", 1, 5L, "b"), null);
    writer.flush(false);
    assertThat(cassandra.row(key("a", 1))).containsEntry(3, bytes("b"));
  }

  @Test
  void refusesARowWithoutWriteTimestamp() {
    CassandraSinkWriter writer = writer(table().option("sink.timestamp.column", "v"));
    assertThatThrownBy(() -> writer.write(row(RowKind.INSERT, "a", 1, null, "x"), null))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(
            "column 'v' (option 'sink.timestamp.column') is null in a row for ks.t;"
                + " each row needs its write timestamp");
  }

  @Test
  void countsWhatItDoes() throws Exception {
    cassandra.delay = () -> 20;
    Fate[] fates = {Fate.LOST, Fate.DONE, Fate.DONE};
    cassandra.fate = () -> fates[cassandra.requests.size() - 1];
    CassandraSinkWriter writer = writer(table());
    writer.write(row("a", 1, 1), null);
    writer.write(row("a", 1, 2), null);
    writer.write(row("a", 2, 2), null);
    long bytes = task.gauge(SinkMetrics.BUFFERED_BYTES);
    assertThat(bytes).isPositive();
    assertThat(task.gauge(SinkMetrics.BUFFERED_RECORDS)).isEqualTo(2);
    task.after(1_010, () -> assertThat(task.gauge(SinkMetrics.IN_FLIGHT)).isEqualTo(1));
    task.pass(1_030);
    writer.flush(false);
    writer.write(row("b", 1, 2), null);
    writer.flush(false);
    SinkWriterMetricGroup standard = task.metricGroup();
    assertThat(standard.getNumRecordsSendCounter().getCount()).isEqualTo(3);
    assertThat(standard.getNumBytesSendCounter().getCount()).isEqualTo(bytes + bytes / 2);
    assertThat(standard.getNumRecordsSendErrorsCounter().getCount()).isZero();
    assertThat(task.counter(SinkMetrics.COALESCED)).isEqualTo(1);
    assertThat(task.counter(SinkMetrics.RETRIED)).isEqualTo(1);
    assertThat(task.gauge(SinkMetrics.IN_FLIGHT)).isZero();
    assertThat(task.gauge(SinkMetrics.BUFFERED_BYTES)).isZero();
    HistogramStatistics latency = task.histogram(SinkMetrics.LATENCY).getStatistics();
    assertThat(latency.getMin()).isEqualTo(20_000);
    assertThat(latency.getMax()).isEqualTo(115_000);
    assertThat(task.gauge("currentSendTime")).isEqualTo(20);
  }

  @Test
  void countsRowsThatFail() throws Exception {
    cassandra.error = new InvalidQueryException(null, "no such column");
    CassandraSinkWriter writer = writer(table());
    writer.write(row("a", 1, 1), null);
    writer.write(row("a", 2, 1), null);
    assertThatThrownBy(() -> task.pass(60_000)).isInstanceOf(CassandraRefusedException.class);
    assertThat(task.metricGroup().getNumRecordsSendErrorsCounter().getCount()).isEqualTo(2);
  }

  @Test
  void raisesTheCeilingAheadOfNeed() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.timestamp-reserve", "10 s"));
    assertThat(cassandra.ceiling).isEqualTo(clock + 10_000_000);
    clock += 4_000_000;
    writer.write(row("a", 1, 1), null);
    assertThat(cassandra.ceilingRaises).isEqualTo(1);
    clock += 2_000_000;
    writer.write(row("a", 1, 2), null);
    writer.write(row("a", 1, 3), null);
    assertThat(cassandra.ceilingRaises).isEqualTo(2);
    assertThat(cassandra.ceiling).isEqualTo(clock + 10_000_000);
  }

  @Test
  void waitsAtTheCeilingWhileItCannotBeRaised() throws Exception {
    CassandraSinkWriter writer = writer(table().option("sink.timestamp-reserve", "1 s"));
    long ceiling = cassandra.ceiling;
    cassandra.ceilingAway = true;
    clock += 60 * MINUTE;
    int left = 1_000_000 / 16;
    task.after(3_600_000, cassandra::ceilingIsBack);
    for (int i = 0; i < left + 10; i++) {
      writer.write(row("a", 1, i), null);
    }
    writer.flush(false);
    assertThat(value("a", 1)).isEqualTo(left + 9);
    List<Long> stamps =
        cassandra.requests.stream().flatMap(List::stream).map(RowWrite::writtenAt).toList();
    assertThat(stamps).isSorted();
    assertThat(stamps.get(0)).isLessThanOrEqualTo(ceiling);
    assertThat(stamps.get(stamps.size() - 1)).isGreaterThan(ceiling);
  }

  @Test
  void ignoresAnswersAfterItsEnd() throws Exception {
    cassandra.delay = () -> 5_000;
    CassandraSinkWriter writer = writer(table().option("sink.buffer-flush.max-rows", "1"));
    writer.write(row("a", 1, 1), null);
    writer.close();
    task.end();
    assertThatCode(() -> task.pass(60_000)).doesNotThrowAnyException();
  }
}
