package io.tally.connectors.late;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.late.AssignedWindows.Kind;
import io.tally.connectors.late.Closing.Window;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kind tells which windows its rows belong to. */
class WindowSpecTest {

  private static Closing closing(String kind, int time, int start) {
    return new WindowSpec(kind, 30, 10, 2, time, start).closing();
  }

  @ParameterizedTest
  @EnumSource
  void assignedWindowsAreNamedInLowerCase(Kind kind) {
    assertThat(closing(kind.name().toLowerCase(Locale.ROOT), 1, -1))
        .isEqualTo(new AssignedWindows(kind, 30, 10, 2, new TimeColumn(1)));
  }

  @Test
  void anAttachedWindowClosesWithItsLastMillisecond() {
    Closing closing = closing("attached", 2, 1);
    assertThat(closing.windows(TestRows.row(1, 10L, 30L)))
        .containsExactly(new Window(10L, 30L, 29));
    assertThat(closing.first(TestRows.row(1, 10L, 30L))).isEqualTo(29);
    assertThat(closing.first(TestRows.row(1, 10L, null))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anAttachedWindowMayLackItsStart() {
    assertThat(closing("attached", 1, -1).windows(TestRows.row(1, 30L)))
        .containsExactly(new Window(null, 30L, 29));
  }

  @Test
  void aMomentClosesAtItself() {
    Closing closing = closing("moment", 2, -1);
    assertThat(closing.windows(TestRows.row(1, 10L, 30L)))
        .containsExactly(new Window(null, null, 30));
    assertThat(closing.first(TestRows.row(1, 10L, 30L))).isEqualTo(30);
    assertThat(closing.first(TestRows.row(1, 10L, null))).isEqualTo(Long.MAX_VALUE);
  }
}
