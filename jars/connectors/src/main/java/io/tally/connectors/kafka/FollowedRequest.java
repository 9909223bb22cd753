package io.tally.connectors.kafka;

import io.tally.connectors.kafka.LetterCommitter.Refused;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.errors.InvalidPidMappingException;

/** A request whose refusal is told, rather than counted. */
record FollowedRequest(CommitRequest<KafkaCommittable> request, Consumer<Refused> refused)
    implements CommitRequest<KafkaCommittable> {

  @Override
  public KafkaCommittable getCommittable() {
    return request.getCommittable();
  }

  @Override
  public int getNumberOfRetries() {
    return request.getNumberOfRetries();
  }

  @Override
  public void signalFailedWithKnownReason(Throwable reason) {
    refused.accept(new Refused(request, reason));
  }

  /** Days after a job was stopped, Kafka has forgotten its transactions: no retry finds them. */
  @Override
  public void signalFailedWithUnknownReason(Throwable reason) {
    if (reason instanceof InvalidPidMappingException) {
      refused.accept(new Refused(request, reason));
    } else {
      request.signalFailedWithUnknownReason(reason);
    }
  }

  @Override
  public void retryLater() {
    request.retryLater();
  }

  @Override
  public void updateAndRetryLater(KafkaCommittable committable) {
    request.updateAndRetryLater(committable);
  }

  @Override
  public void signalAlreadyCommitted() {
    request.signalAlreadyCommitted();
  }
}
