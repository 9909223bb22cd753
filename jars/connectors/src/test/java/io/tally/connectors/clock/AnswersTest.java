package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AnswersTest {

  private static final long NOW = 1_700_000_000_000L;
  private static final long GRACE = 15_000;

  private final Answers answers = new Answers(5_000, false);

  /** Tells whether each of the answers of some seconds is believed, the first at {@code from}. */
  private boolean all(long from, int seconds) {
    for (int second = 0; second < seconds; second++) {
      if (!answers.take(from + second * 1_000L)) {
        return false;
      }
    }
    return true;
  }

  /** Tells at which millisecond the first answer is believed, of one a second. */
  private long firstBelieved(Answers asked, long from) {
    long at = from;
    while (!asked.take(at)) {
      at += 1_000;
    }
    return at;
  }

  @Test
  void theFirstAnswersOfAJobAreBelieved() {
    assertThat(all(NOW, 100)).isTrue();
  }

  @Test
  void theFirstOfAJobThatWasRestoredAreNot() {
    assertThat(firstBelieved(new Answers(5_000, true), NOW)).isEqualTo(NOW + GRACE);
  }

  @Test
  void noneIsBelievedForAWhileAfterOneWasMissed() {
    all(NOW, 3);
    answers.missed();
    long back = NOW + 60_000;
    assertThat(firstBelieved(answers, back)).isEqualTo(back + GRACE);
    assertThat(all(back + GRACE + 1_000, 100)).isTrue();
  }

  @Test
  void whoIsMissedAgainMeanwhileIsWaitedForAgain() {
    answers.missed();
    answers.take(NOW);
    answers.missed();
    assertThat(firstBelieved(answers, NOW + 10_000)).isEqualTo(NOW + 10_000 + GRACE);
  }

  @Test
  void anAnswerThatTookLongIsAsOneMissed() {
    all(NOW, 3);
    assertThat(answers.take(NOW + 4_400)).isTrue();
    long back = NOW + 7_000;
    assertThat(firstBelieved(answers, back)).isEqualTo(back + GRACE);
  }

  @Test
  void aLongDelayStandsLongerGapsAndNeedsALongerWhile() {
    Answers patient = new Answers(40_000, false);
    assertThat(patient.take(NOW)).isTrue();
    assertThat(patient.take(NOW + 20_000)).isTrue();
    long back = NOW + 40_001;
    assertThat(firstBelieved(patient, back)).isEqualTo(back + 40_000);
  }
}
