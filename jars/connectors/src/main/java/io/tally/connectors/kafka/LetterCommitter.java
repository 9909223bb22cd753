package io.tally.connectors.kafka;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.util.ExceptionUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits transactions as Flink's committer does, and finds out what became of those that Kafka
 * refuses to commit, which Flink only counts.
 *
 * <p>Most were committed already: after a restore, all of the checkpoint are committed once more.
 * Kafka refuses that with the same error as for a transaction that it ended for being too old.
 */
final class LetterCommitter implements Committer<KafkaCommittable> {

  private static final Logger LOG = LoggerFactory.getLogger(LetterCommitter.class);

  private final Committer<KafkaCommittable> kafka;
  private final Properties client;
  private final String letters;
  private final LetterLoss loss;

  /**
   * @param kafka Flink's
   * @param client where Kafka is, and how to get in
   * @param letters what is committed, for the error
   */
  LetterCommitter(
      Committer<KafkaCommittable> kafka, Properties client, String letters, LetterLoss loss) {
    this.kafka = kafka;
    this.client = client;
    this.letters = letters;
    this.loss = loss;
  }

  @Override
  public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
      throws IOException, InterruptedException {
    List<CommitRequest<KafkaCommittable>> followed = new ArrayList<>(requests.size());
    List<Refused> refused = new ArrayList<>();
    requests.forEach(request -> followed.add(new FollowedRequest(request, refused::add)));
    kafka.commit(followed);
    for (Refused one : refused) {
      settle(one);
    }
  }

  private void settle(Refused refused) throws InterruptedException {
    KafkaCommittable asked = refused.request().getCommittable();
    Fate fate = Fate.of(asked, client);
    if (fate == Fate.COMMITTED) {
      refused.request().signalAlreadyCommitted();
      return;
    }
    String text = text(fate, asked.getTransactionalId());
    if (loss == LetterLoss.FAILS) {
      throw new LostLettersException(text, refused.reason());
    }
    LOG.warn("{}; the next checkpoint makes it good", text, refused.reason());
    refused.request().signalFailedWithKnownReason(refused.reason());
  }

  private String text(Fate fate, String id) {
    return fate == Fate.ABORTED
        ? "Kafka ended transaction '%s' with %s before it was committed".formatted(id, letters)
        : "Kafka does not know any more whether transaction '%s' with %s was committed"
            .formatted(id, letters);
  }

  @Override
  public void close() throws IOException {
    try {
      kafka.close();
    } catch (Exception e) {
      ExceptionUtils.rethrowIOException(e);
    }
  }

  /**
   * @param reason why Kafka did not commit it
   */
  record Refused(CommitRequest<KafkaCommittable> request, Throwable reason) {}
}
