package io.tally.connectors.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Kafka says of a transaction tells whether it is the one that was asked for, and its end. */
class FateTest {

  private static final KafkaCommittable ASKED = new KafkaCommittable(7, (short) 3, "id", null);

  @ParameterizedTest
  @CsvSource({
    "COMPLETE_COMMIT, 7, 3, COMMITTED",
    "COMPLETE_COMMIT, 7, 4, COMMITTED",
    "PREPARE_COMMIT, 7, 4, COMMITTED",
    "COMPLETE_ABORT, 7, 4, ABORTED",
    "PREPARE_ABORT, 7, 4, ABORTED",
    "PREPARE_EPOCH_FENCE, 7, 4, ABORTED",
    "COMPLETE_COMMIT, 7, 5, UNKNOWN",
    "COMPLETE_COMMIT, 7, 2, UNKNOWN",
    "COMPLETE_COMMIT, 8, 3, UNKNOWN",
    "COMPLETE_ABORT, 8, 4, UNKNOWN",
    "EMPTY, 7, 4, UNKNOWN",
    "ONGOING, 7, 4, UNKNOWN",
  })
  void tells(TransactionState state, long producer, int epoch, Fate fate) {
    var found =
        new TransactionDescription(
            1, state, producer, epoch, 60_000, OptionalLong.empty(), Set.of());

    assertEquals(fate, Fate.of(ASKED, found));
  }
}
