package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** In microseconds: the clock starts at 1,000,000 and 16,000 are reserved ahead. */
class WriteTimestampsTest {

  private static final long RESERVE = 16_000;

  private long now = 1_000_000;

  private WriteTimestamps from(long earlierCeiling) {
    WriteTimestamps timestamps = new WriteTimestamps(() -> now, RESERVE, earlierCeiling);
    timestamps.reserved(timestamps.wanted().orElseThrow());
    return timestamps;
  }

  @Test
  void followsTheClockButIncreasesStrictly() {
    WriteTimestamps timestamps = from(0);
    assertThat(timestamps.next()).isEqualTo(1_000_000);
    assertThat(timestamps.next()).isEqualTo(1_000_001);
    now = 1_000_500;
    assertThat(timestamps.next()).isEqualTo(1_000_500);
    now = 900_000;
    assertThat(timestamps.next()).isEqualTo(1_000_501);
  }

  @Test
  void startsAboveTheCeilingOfEarlierAttemptsThoughTheClockIsBehind() {
    WriteTimestamps timestamps = from(5_000_000);
    assertThat(timestamps.next()).isEqualTo(5_000_001);
    assertThat(timestamps.next()).isEqualTo(5_000_002);
  }

  @Test
  void issuesNothingBeforeAReservation() {
    WriteTimestamps timestamps = new WriteTimestamps(() -> now, RESERVE, 0);
    assertThat(timestamps.available()).isFalse();
    assertThatThrownBy(timestamps::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("write timestamps are used up to their ceiling 0");
  }

  @Test
  void asksForMoreHalfWayToTheCeiling() {
    WriteTimestamps timestamps = from(0);
    assertThat(timestamps.wanted()).isEmpty();
    now += RESERVE / 2;
    assertThat(timestamps.wanted()).isEmpty();
    now += 1;
    assertThat(timestamps.wanted()).hasValue(now + RESERVE);
  }

  @Test
  void goesOnByOneBelowTheCeilingWhenTheClockHasPassedIt() {
    WriteTimestamps timestamps = from(0);
    now += 10 * RESERVE;
    long first = timestamps.next();
    assertThat(first).isEqualTo(1_000_000 + RESERVE - RESERVE / 16);
    assertThat(timestamps.next()).isEqualTo(first + 1);
  }

  @Test
  void neverPassesTheCeiling() {
    WriteTimestamps timestamps = from(0);
    now += 10 * RESERVE;
    long last = 0;
    int issued = 0;
    while (timestamps.available() && issued < RESERVE) {
      last = timestamps.next();
      issued++;
    }
    assertThat(last).isEqualTo(1_000_000 + RESERVE);
    assertThat(issued).isEqualTo(1 + RESERVE / 16);
    timestamps.reserved(now + RESERVE);
    assertThat(timestamps.next()).isEqualTo(now);
  }

  @Test
  void reservesAShortStepAboveACeilingThatIsAhead() {
    WriteTimestamps timestamps = new WriteTimestamps(() -> now, RESERVE, 5_000_000);
    assertThat(timestamps.wanted()).hasValue(5_000_000 + RESERVE / 16);
  }

  @Test
  void asksForMoreBeforeAShortStepIsUsedUp() {
    WriteTimestamps timestamps = from(5_000_000);
    for (int i = 0; i < RESERVE / 32; i++) {
      assertThat(timestamps.wanted()).isEmpty();
      timestamps.next();
    }
    timestamps.next();
    assertThat(timestamps.wanted()).isPresent();
  }

  @Test
  void aLowerReservationTakesNothingBack() {
    WriteTimestamps timestamps = from(0);
    timestamps.reserved(5);
    assertThat(timestamps.next()).isEqualTo(1_000_000);
  }
}
