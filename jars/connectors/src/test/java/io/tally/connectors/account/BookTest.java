package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records that a book makes of readings; with them, how they are written. */
class BookTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final String KNOWN =
      """
      {"job": "airports", "bounded": false,
       "sources": [{"source": "flights", "meter": "read-1"}],
       "accounts": [{"feeds": ["käse"], "gate": null, "closes": true}]}""";

  @Test
  void sumsTheFiguresOfAMeterOverItsTasks() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 2, 5, Map.of("read/0", 500L, "dead/missing", 2L));
      book.read("read-1", 1, 2, 5, Map.of("read/1", 3_000_000_000L, "dead/missing", 1L));
      book.read("entry-4-0", 0, 1, 5, Map.of("rows", 990L));
      isMeters(
          book.checkpoint(5),
          """
          {"read-1": {"subtasks": 2, "of": 2,
                      "counts": {"read/0": 500, "read/1": 3000000000, "dead/missing": 3}},
           "entry-4-0": {"subtasks": 1, "of": 1, "counts": {"rows": 990}}}""");
    }
  }

  @Test
  void sumsTheFiguresOfAMeterOverItsParts() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("entry-4-0/0", 0, 2, 5, Map.of("rows", 1L));
      book.read("entry-4-0/0", 1, 2, 5, Map.of("rows", 10L));
      book.read("entry-4-0/1", 0, 3, 5, Map.of("rows", 100L));
      isMeters(
          book.checkpoint(5),
          "{\"entry-4-0\": {\"subtasks\": 3, \"of\": 5, \"counts\": {\"rows\": 111}}}");
    }
  }

  @Test
  void aMeterThatHasCountedNothingIsThere() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 1, 5, Map.of());
      isMeters(book.checkpoint(5), "{\"read-1\": {\"subtasks\": 1, \"of\": 1, \"counts\": {}}}");
    }
  }

  @Test
  void saysHowManyTasksOfAMeterHaveNotBeenRead() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("gate-4-0", 2, 3, 5, Map.of("rows", 4L));
      isMeters(
          book.checkpoint(5),
          "{\"gate-4-0\": {\"subtasks\": 1, \"of\": 3, \"counts\": {\"rows\": 4}}}");
    }
  }

  @Test
  void whatIsKnownBeforehandStays() throws Exception {
    try (TestBook book = TestBook.open()) {
      long before = System.currentTimeMillis();
      JsonNode account = book.checkpoint(17);
      long after = System.currentTimeMillis();
      MAPPER
          .readTree(KNOWN)
          .properties()
          .forEach(known -> assertThat(account.get(known.getKey())).isEqualTo(known.getValue()));
      assertThat(account.fieldNames())
          .toIterable()
          .containsExactly(
              "job", "bounded", "sources", "accounts", "run", "checkpoint", "time", "meters");
      assertThat(account.get("run").asText()).isEqualTo(book.job()).matches("[0-9a-f]{32}");
      assertThat(account.get("checkpoint").asLong()).isEqualTo(17);
      assertThat(account.get("time").asLong()).isBetween(before, after);
    }
  }

  @Test
  void aReadingOfAnotherCheckpointDoesNotCountForThisOne() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 2, 5, Map.of("read/0", 1L));
      book.read("read-1", 1, 2, 5, Map.of("read/1", 10L));
      book.checkpoint(5);
      book.read("read-1", 1, 2, 6, Map.of("read/1", 20L));
      isMeters(
          book.checkpoint(6),
          "{\"read-1\": {\"subtasks\": 1, \"of\": 2, \"counts\": {\"read/1\": 20}}}");
    }
  }

  @Test
  void theNewestReadingOfATaskReplacesItsFormerOnes() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 1, 5, Map.of("read/0", 1L));
      book.read("read-1", 0, 1, 6, Map.of("read/0", 3L));
      isMeters(
          book.checkpoint(6),
          "{\"read-1\": {\"subtasks\": 1, \"of\": 1, \"counts\": {\"read/0\": 3}}}");
    }
  }

  @Test
  void theLastReadingOfATaskThatHasEndedCountsForEachLaterCheckpoint() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 2, Reading.END, Map.of("read/0", 1L));
      for (long checkpoint = 5; checkpoint < 8; checkpoint++) {
        book.read("read-1", 1, 2, checkpoint, Map.of("read/1", checkpoint));
        isMeters(
            book.checkpoint(checkpoint),
            """
            {"read-1": {"subtasks": 2, "of": 2, "counts": {"read/0": 1, "read/1": %d}}}"""
                .formatted(checkpoint));
      }
    }
  }

  @Test
  void theRecordAtTheEndHasNoCheckpointAndNoneComesBehindIt() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 2, 5, Map.of("read/0", 1L));
      book.read("read-1", 1, 2, Reading.END, Map.of("read/1", 2L));
      book.checkpoint(5);
      book.read("read-1", 0, 2, Reading.END, Map.of("read/0", 3L));
      book.finish();
      book.checkpoint(6);
      assertThat(book.records()).hasSize(2);
      JsonNode last = book.records().get(1);
      assertThat(last.has("checkpoint")).isTrue();
      assertThat(last.get("checkpoint").isNull()).isTrue();
      isMeters(
          last,
          "{\"read-1\": {\"subtasks\": 2, \"of\": 2, \"counts\": {\"read/0\": 3, \"read/1\": 2}}}");
    }
  }

  @Test
  void aTaskThatHasNotEndedIsMissingFromTheRecordAtTheEnd() throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 2, 5, Map.of("read/0", 1L));
      book.read("read-1", 1, 2, Reading.END, Map.of("read/1", 2L));
      book.finish();
      isMeters(
          book.records().get(0),
          "{\"read-1\": {\"subtasks\": 1, \"of\": 2, \"counts\": {\"read/1\": 2}}}");
    }
  }

  /** Also the last readings of tasks that have ended, and those of tasks that are no more. */
  @ParameterizedTest
  @CsvSource({"2, 3", "3, 2", "3, 1"})
  void anotherParallelismReplacesTheReadingsOfAMeter(int former, int tasks) throws Exception {
    try (TestBook book = TestBook.open()) {
      book.read("entry-4-0", 0, former, Reading.END, Map.of("rows", 1L));
      for (int task = 0; task < former; task++) {
        book.read("read-1", task, former, Reading.END, Map.of("read", 1L));
      }
      for (int task = 0; task < tasks; task++) {
        book.read("read-1", task, tasks, 6, Map.of("read", 10L));
      }
      isMeters(
          book.checkpoint(6),
          """
          {"read-1": {"subtasks": %d, "of": %d, "counts": {"read": %d}},
           "entry-4-0": {"subtasks": 1, "of": %d, "counts": {"rows": 1}}}"""
              .formatted(tasks, tasks, 10 * tasks, former));
    }
  }

  @Test
  void goesOnAfterARestore() throws Exception {
    OperatorSubtaskState state;
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 2, 5, Map.of("read/0", 1L));
      book.read("read-1", 1, 2, Reading.END, Map.of("read/1", 2L));
      state = book.snapshot(5);
    }
    try (TestBook book = TestBook.restore(state)) {
      isMeters(
          book.checkpoint(6),
          "{\"read-1\": {\"subtasks\": 1, \"of\": 2, \"counts\": {\"read/1\": 2}}}");
      book.read("read-1", 0, 2, 7, Map.of("read/0", 3L));
      isMeters(
          book.checkpoint(7),
          "{\"read-1\": {\"subtasks\": 2, \"of\": 2, \"counts\": {\"read/0\": 3, \"read/1\": 2}}}");
    }
  }

  /** A run that goes on from where another has ended makes records again. */
  @Test
  void aRestoredBookHasNotEnded() throws Exception {
    OperatorSubtaskState state;
    try (TestBook book = TestBook.open()) {
      book.read("read-1", 0, 1, Reading.END, Map.of("read/0", 1L));
      book.finish();
      state = book.snapshot(5);
    }
    try (TestBook book = TestBook.restore(state)) {
      book.read("read-1", 0, 1, 6, Map.of("read/0", 4L));
      isMeters(
          book.checkpoint(6),
          "{\"read-1\": {\"subtasks\": 1, \"of\": 1, \"counts\": {\"read/0\": 4}}}");
    }
  }

  private static void isMeters(JsonNode account, String expected) throws Exception {
    assertThat(account.get("meters")).isEqualTo(MAPPER.readTree(expected));
  }

  /** A book, open. */
  private static final class TestBook implements AutoCloseable {

    private final OneInputStreamOperatorTestHarness<Reading, byte[]> harness;

    private TestBook() throws Exception {
      harness = new OneInputStreamOperatorTestHarness<>(new Book(new AccountJson(KNOWN)));
      harness.setup(BytePrimitiveArraySerializer.INSTANCE);
    }

    static TestBook open() throws Exception {
      TestBook book = new TestBook();
      book.harness.open();
      return book;
    }

    static TestBook restore(OperatorSubtaskState state) throws Exception {
      TestBook book = new TestBook();
      book.harness.initializeState(state);
      book.harness.open();
      return book;
    }

    void read(String meter, int task, int tasks, long checkpoint, Map<String, Long> counts)
        throws Exception {
      Reading reading = new Reading(meter, task, tasks, checkpoint, counts);
      harness.processElement(new StreamRecord<>(reading));
    }

    OperatorSubtaskState snapshot(long checkpoint) throws Exception {
      harness.prepareSnapshotPreBarrier(checkpoint);
      return harness.snapshot(checkpoint, checkpoint);
    }

    /** Takes a checkpoint, and returns the newest record. */
    JsonNode checkpoint(long checkpoint) throws Exception {
      snapshot(checkpoint);
      List<JsonNode> records = records();
      return records.get(records.size() - 1);
    }

    void finish() throws Exception {
      harness.getOperator().finish();
    }

    List<JsonNode> records() throws Exception {
      List<JsonNode> records = new ArrayList<>();
      for (byte[] json : harness.extractOutputValues()) {
        records.add(MAPPER.readTree(json));
      }
      return records;
    }

    String job() {
      return harness.getEnvironment().getJobID().toHexString();
    }

    @Override
    public void close() {
      try {
        harness.close();
      } catch (Exception e) {
        throw new IllegalStateException("the book does not close", e);
      }
    }
  }
}
