package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceTimesTest {

  private static final long DELAY = 5_000;
  private static final long NOW = 1_700_000_000_000L;

  private final Companions companion = new Companions("SourceTimesTest");
  private final Companions own = new Companions("SourceTimesTest");
  private final SourceTimes times = new SourceTimes(DELAY, own);

  @AfterEach
  void leave() {
    companion.close();
    own.close();
  }

  private OptionalLong first(long time, boolean hasEmpty) {
    return times.take(0, new Reached(time, hasEmpty), 2, NOW);
  }

  private OptionalLong second(long time, long now) {
    return times.take(1, new Reached(time, false), 2, now);
  }

  /** A round in which one reader has an empty partition, and nothing else. */
  private OptionalLong withEmpty(long time, long now) {
    times.begin(2, now);
    assertThat(first(Reached.NONE, true)).isEmpty();
    return second(time, now);
  }

  @Test
  void isTheLeastOfAllReadersOnceAllHaveSaid() {
    assertThat(first(NOW - 7, false)).isEmpty();
    assertThat(second(NOW - 9, NOW)).hasValue(NOW - 9);
    times.begin(2, NOW);
    assertThat(second(NOW - 5, NOW)).isEmpty();
    assertThat(first(NOW - 6, false)).hasValue(NOW - 6);
  }

  @Test
  void isToldOnceInARound() {
    first(NOW - 7, false);
    assertThat(second(NOW - 9, NOW)).isPresent();
    assertThat(second(NOW - 8, NOW)).isEmpty();
  }

  @Test
  void goesOnWithWhatAReaderSaidLastWhileThatIsHeldUp() {
    first(NOW - 9, false);
    second(NOW - 7, NOW);
    for (int second = 1; second < 5; second++) {
      assertThat(times.begin(2, NOW)).isEqualTo(told(second > 1, NOW - 7));
      assertThat(first(NOW + second, false)).isEmpty();
    }
    assertThat(second(NOW + 2, NOW)).hasValue(NOW + 2);
    assertThat(times.begin(2, NOW)).isEmpty();
  }

  private static OptionalLong told(boolean is, long time) {
    return is ? OptionalLong.of(time) : OptionalLong.empty();
  }

  @Test
  void readersThatNeverAnswerInTheSameRoundHoldNoneBack() {
    first(NOW, false);
    second(NOW, NOW);
    for (long at = NOW; at < NOW + 20_000; at += 2_000) {
      times.begin(2, at);
      assertThat(first(at, false)).isEmpty();
      assertThat(times.begin(2, at)).hasValue(Math.max(NOW, at - 1_000));
      assertThat(second(at + 1_000, at)).isEmpty();
    }
  }

  @Test
  void nothingIsToldOfARoundInWhichNoneHasAnswered() {
    first(NOW, false);
    second(NOW, NOW);
    times.begin(2, NOW);
    assertThat(times.begin(2, NOW)).isEmpty();
  }

  @Test
  void whoSaidLastThatItDoesNotKnowIsWaitedFor() {
    first(NOW, false);
    second(Reached.UNKNOWN, NOW);
    times.begin(2, NOW);
    first(NOW + 1, false);
    assertThat(times.begin(2, NOW)).isEmpty();
    first(NOW + 2, false);
    assertThat(second(NOW + 2, NOW)).hasValue(NOW + 2);
  }

  @Test
  void whoHasComeAnewIsWaitedFor() {
    first(NOW, false);
    second(NOW, NOW);
    times.forget();
    first(NOW + 1, false);
    assertThat(times.begin(2, NOW)).isEmpty();
    assertThat(second(NOW + 1, NOW)).isEmpty();
    assertThat(times.begin(2, NOW)).hasValue(NOW + 1);
  }

  @Test
  void isNotKnownWhileAReaderDoesNotKnowOrHasGone() {
    first(Reached.UNKNOWN, false);
    assertThat(second(NOW, NOW)).isEmpty();
    times.begin(2, NOW);
    first(NOW, false);
    times.forget();
    assertThat(second(NOW, NOW)).isEmpty();
  }

  @Test
  void isOfThoseThatHaveHadEvents() {
    first(Reached.NONE, false);
    assertThat(second(NOW, NOW)).hasValue(NOW);
    times.begin(2, NOW);
    first(Reached.NONE, true);
    assertThat(second(Reached.NONE, NOW)).isEmpty();
  }

  private OptionalLong withoutEvents(long now) {
    times.begin(2, now);
    assertThat(first(Reached.NONE, true)).isEmpty();
    return times.take(1, new Reached(Reached.NONE, true), 2, now);
  }

  @Test
  void followsItsCompanionsOneDelayBehindWhileItHasNoEvent() {
    long start = 1_357_016_400_000L;
    long hour = 3_600_000;
    assertThat(withoutEvents(NOW)).isEmpty();
    companion.tell(start);
    assertThat(withoutEvents(NOW)).isEmpty();
    companion.tell(start + hour);
    assertThat(withoutEvents(NOW + DELAY)).hasValue(start + DELAY);
    companion.tell(Reached.NONE);
    assertThat(withoutEvents(NOW + DELAY + 1)).isEmpty();
  }

  @Test
  void tellsItsCompanionsOfItsOwnEventsAlone() {
    companion.tell(NOW);
    withoutEvents(NOW);
    withoutEvents(NOW + DELAY);
    assertThat(companion.least()).isEmpty();
    withEmpty(NOW - 9, NOW + DELAY);
    assertThat(companion.least()).hasValue(NOW - 9);
    times.forget();
    assertThat(companion.least()).isEmpty();
  }

  @Test
  void followsLiveEventsAtOnceAfterTheFirstDelay() {
    assertThat(withEmpty(NOW - 10, NOW)).isEmpty();
    assertThat(withEmpty(NOW - 10 + DELAY - 1, NOW + DELAY - 1)).isEmpty();
    assertThat(withEmpty(NOW - 10 + DELAY, NOW + DELAY)).hasValue(NOW - 10 + DELAY);
    assertThat(withEmpty(NOW - 10 + 7_000, NOW + 7_000)).hasValue(NOW - 10 + 7_000);
  }

  @Test
  void believesWhatOutrunsTheClockOnlyAfterTheDelay() {
    long start = 1_357_016_400_000L;
    long hour = 3_600_000;
    for (int second = 0; second < 5; second++) {
      assertThat(withEmpty(start + second * hour, NOW + second * 1_000)).isEmpty();
    }
    for (int second = 5; second < 20; second++) {
      assertThat(withEmpty(start + second * hour, NOW + second * 1_000))
          .hasValue(start + (second - 5) * hour + DELAY);
    }
    // In silence it gets there.
    long last = start + 19 * hour;
    assertThat(withEmpty(last + 1_000, NOW + 24_000)).hasValue(last + 1_000);
  }

  @Test
  void whoHasGoneLeavesNothingToGoOnFrom() {
    withEmpty(NOW, NOW);
    times.forget();
    assertThat(withEmpty(NOW + DELAY, NOW + DELAY)).isEmpty();
  }

  @Test
  void keepsNoMoreThanTheDelay() {
    for (int second = 0; second < 10_000; second++) {
      times.begin(2, NOW);
      first(NOW, false);
      second(NOW, NOW + second * 1_000L);
    }
    assertThat(times.kept()).isLessThan(10);
  }
}
