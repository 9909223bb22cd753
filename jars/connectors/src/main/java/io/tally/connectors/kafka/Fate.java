package io.tally.connectors.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.Admin;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/** What became of a transaction that Kafka refused to commit. */
enum Fate {
  COMMITTED,
  ABORTED,

  /** Kafka has forgotten it, or its id has been used for another one since. */
  UNKNOWN;

  private static final long SECONDS_TO_ANSWER = 60;

  /**
   * Asks Kafka.
   *
   * @param client where it is, and how to get in
   */
  static Fate of(KafkaCommittable asked, Properties client) throws InterruptedException {
    String id = asked.getTransactionalId();
    try (Admin admin = Admin.create(client)) {
      return of(
          asked,
          admin
              .describeTransactions(List.of(id))
              .description(id)
              .get(SECONDS_TO_ANSWER, TimeUnit.SECONDS));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransactionalIdNotFoundException) {
        return UNKNOWN;
      }
      throw unanswered(id, e.getCause());
    } catch (TimeoutException e) {
      throw unanswered(id, e);
    }
  }

  /** A commit and an abort raise the epoch by one, or leave it, by the version of the protocol. */
  static Fate of(KafkaCommittable asked, TransactionDescription found) {
    int later = found.producerEpoch() - asked.getEpoch();
    if (found.producerId() != asked.getProducerId() || later < 0 || later > 1) {
      return UNKNOWN;
    }
    return switch (found.state()) {
      case PREPARE_COMMIT, COMPLETE_COMMIT -> COMMITTED;
      case PREPARE_ABORT, COMPLETE_ABORT, PREPARE_EPOCH_FENCE -> ABORTED;
      default -> UNKNOWN;
    };
  }

  private static UncheckedIOException unanswered(String id, Throwable cause) {
    return new UncheckedIOException(
        new IOException(
            "Kafka does not tell what became of transaction '%s'".formatted(id), cause));
  }
}
