package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class DeadShareTest {

  private static final Fault BAD = Fault.undecodable("no JSON");
  private static final Fault LOST = new Fault(Fault.Reason.MISSING, "column 'a' is null");

  private final DeadShare share = share(0.05);
  private long offset;

  private static DeadShare share(double most) {
    return new DeadShare(new SourceGuard("events", Duration.ofHours(1), most, Deletions.DEAD));
  }

  private void rows(int count) {
    for (int i = 0; i < count; i++) {
      share.row();
      offset++;
    }
  }

  private void dead(int count, Fault fault) throws TooManyDeadLettersException {
    for (int i = 0; i < count; i++) {
      share.deadLetter(new ConsumerRecord<>("topic", 2, offset++, null, null), fault);
    }
  }

  @Test
  void nothingIsTooMuchBeforeTheFirstThousand() {
    assertThatCode(() -> dead(RecentShare.FROM - 1, BAD)).doesNotThrowAnyException();
    assertThatThrownBy(() -> dead(1, BAD)).isInstanceOf(TooManyDeadLettersException.class);
  }

  @Test
  void aShareAboveTheLimitFailsForGoodWithAnExampleOfEachReason() throws Exception {
    rows(1_900);
    dead(60, BAD);
    dead(40, LOST);
    assertThatThrownBy(() -> dead(1, LOST))
        .hasMessage(
            "too many dead letters: 101 of the last 2001 records of source table 'events', more than"
                + " the share of 0.05 that 'dead-letter.max-share' allows: undecodable, as topic"
                + " 'topic', partition 2, offset 1959: no JSON; missing, as topic 'topic', partition"
                + " 2, offset 2000: column 'a' is null")
        .satisfies(
            error ->
                Assertions.assertThat(ThrowableClassifier.getThrowableType(error))
                    .isEqualTo(ThrowableType.NonRecoverableError));
  }

  @Test
  void whatLeftTheWindowCountsNoMore() throws Exception {
    rows(1_000);
    dead(50, BAD);
    rows(RecentShare.WINDOW);
    // The window holds rows alone: 5 % of it may be dead again.
    assertThatCode(() -> dead(RecentShare.WINDOW / 20, BAD)).doesNotThrowAnyException();
    assertThatThrownBy(() -> dead(1, BAD)).isInstanceOf(TooManyDeadLettersException.class);
  }

  @Test
  void aShareOfOneGoesOnWhateverComes() {
    DeadShare any = share(1);
    assertThatCode(
            () -> {
              for (int i = 0; i < 2 * RecentShare.WINDOW; i++) {
                any.deadLetter(new ConsumerRecord<>("topic", 0, i, null, null), BAD);
              }
            })
        .doesNotThrowAnyException();
  }
}
