package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventTest {

  private static final long TIME = 1_357_016_400_000L;
  private static final long RECORDED = 1_700_000_000_000L;

  @Test
  void goesOnAsTheClockDoesSinceItWasRecorded() {
    Event event = new Event(TIME, RECORDED, 1_000);
    assertThat(event.reached(5_000)).isEqualTo(TIME - 5_000);
    assertThat(event.reached(5_000, RECORDED + 60_000)).isEqualTo(TIME + 55_000);
  }

  @Test
  void staysBehindByTheWatermarksOwnDelayIfThatIsGreater() {
    Event event = new Event(TIME, RECORDED, 90_000);
    assertThat(event.reached(5_000)).isEqualTo(TIME - 90_000);
    assertThat(event.reached(5_000, RECORDED + 60_000)).isEqualTo(TIME - 30_000);
  }

  @Test
  void anEventAheadOfItsRecordWaitsForTheClock() {
    Event event = new Event(RECORDED + 60_000, RECORDED, 0);
    assertThat(event.reached(5_000, RECORDED + 30_000)).isEqualTo(RECORDED + 55_000);
    assertThat(event.reached(5_000, RECORDED + 70_000)).isEqualTo(RECORDED + 65_000);
  }

  @Test
  void aRecordWithoutATimestampTellsNothingOfTheClock() {
    assertThat(new Event(TIME, -1, 0).reached(5_000, RECORDED)).isEqualTo(TIME - 5_000);
  }

  @Test
  void aProducersClockThatIsAheadTurnsNoTimeBack() {
    assertThat(new Event(TIME, RECORDED, 0).reached(5_000, RECORDED - 60_000))
        .isEqualTo(TIME - 5_000);
  }
}
