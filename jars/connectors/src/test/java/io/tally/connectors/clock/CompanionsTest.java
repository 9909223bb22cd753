package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompanionsTest {

  private final Companions one = new Companions("CompanionsTest");
  private final Companions two = new Companions("CompanionsTest");
  private final Companions three = new Companions("CompanionsTest");

  @AfterEach
  void leave() {
    one.close();
    two.close();
    three.close();
  }

  @Test
  void theLeastIsOfTheOthersThatHaveHadEvents() {
    one.tell(1);
    two.tell(Reached.NONE);
    three.tell(3);
    assertThat(one.least()).hasValue(3);
    assertThat(two.least()).hasValue(1);
    assertThat(three.least()).hasValue(1);
  }

  @Test
  void noneIsKnownWhileOneOfThemCannotTell() {
    two.tell(2);
    assertThat(one.least()).isEmpty();
    three.tell(3);
    assertThat(one.least()).hasValue(2);
    three.close();
    two.tell(Reached.UNKNOWN);
    assertThat(one.least()).isEmpty();
  }

  @Test
  void whoHasLeftIsNoCompanionAndOthersAreOfOtherGroups() {
    two.tell(2);
    three.tell(3);
    two.close();
    two.close();
    assertThat(one.least()).hasValue(3);
    try (Companions other = new Companions("another");
        Companions none = new Companions("");
        Companions alone = new Companions("")) {
      none.tell(1);
      assertThat(other.least()).isEmpty();
      assertThat(alone.least()).isEmpty();
    }
  }
}
