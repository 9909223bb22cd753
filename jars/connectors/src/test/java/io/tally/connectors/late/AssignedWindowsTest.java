package io.tally.connectors.late;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.late.AssignedWindows.Kind;
import io.tally.connectors.late.Closing.Window;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.operators.window.TimeWindow;
import org.apache.flink.table.runtime.operators.window.groupwindow.assigners.CumulativeWindowAssigner;
import org.apache.flink.table.runtime.operators.window.groupwindow.assigners.GroupWindowAssigner;
import org.apache.flink.table.runtime.operators.window.groupwindow.assigners.SessionWindowAssigner;
import org.apache.flink.table.runtime.operators.window.groupwindow.assigners.SlidingWindowAssigner;
import org.apache.flink.table.runtime.operators.window.groupwindow.assigners.TumblingWindowAssigner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracle are the assigners of Flink itself. */
class AssignedWindowsTest {

  private static final int RUNS = 1_000;

  /** Windows drawn at random, of 1 ms to 10 days: of more, Flink could not count the panes. */
  private static AssignedWindows draw(Kind kind, Random random) {
    long step = 1 + random.nextLong(1L << random.nextInt(28));
    long more = random.nextInt(6);
    long size =
        switch (kind) {
          case TUMBLING, SESSION -> step;
          case HOPPING -> step * (1 + more) + random.nextLong(step);
          case CUMULATING -> step * (1 + more);
        };
    long offset = kind == Kind.SESSION ? 0 : random.nextLong(-2 * size, 2 * size + 1);
    return new AssignedWindows(kind, size, step, offset, new TimeColumn(1));
  }

  private static GroupWindowAssigner<TimeWindow> flinks(AssignedWindows ours) {
    Duration size = Duration.ofMillis(ours.size());
    Duration step = Duration.ofMillis(ours.step());
    Duration offset = Duration.ofMillis(ours.offset());
    return switch (ours.kind()) {
      case TUMBLING -> TumblingWindowAssigner.of(size).withOffset(offset);
      case HOPPING -> SlidingWindowAssigner.of(size, step).withOffset(offset);
      case CUMULATING -> CumulativeWindowAssigner.of(size, step).withOffset(offset);
      case SESSION -> SessionWindowAssigner.withGap(size);
    };
  }

  /** Moments of either sign, of every order of magnitude up to the year 36812. */
  private static long moment(Random random) {
    long moment = random.nextLong(1L << (1 + random.nextInt(50)));
    return random.nextBoolean() ? moment : -moment;
  }

  /** The ends of a moment's windows, a millisecond to either side, and the moment. */
  private static List<Long> moments(AssignedWindows ours, Random random) {
    long at = moment(random);
    Window window = ours.windows(TestRows.row(1, at)).get(0);
    return List.of(
        at,
        window.start() - 1,
        window.start(),
        window.start() + 1,
        window.end() - 1,
        window.end(),
        window.end() + 1);
  }

  @ParameterizedTest
  @EnumSource
  void areThoseThatFlinkAssigns(Kind kind) throws IOException {
    Random random = new Random(5);
    for (int run = 0; run < RUNS; run++) {
      AssignedWindows ours = draw(kind, random);
      GroupWindowAssigner<TimeWindow> flinks = flinks(ours);
      for (long at : moments(ours, random)) {
        RowData row = TestRows.row(1, at);
        Collection<TimeWindow> expected = flinks.assignWindows(row, at);
        assertThat(ours.windows(row))
            .as("%s at %d", ours, at)
            .containsExactlyInAnyOrderElementsOf(expected.stream().map(this::ours).toList());
        assertThat(ours.first(row))
            .as("first of %s at %d", ours, at)
            .isEqualTo(expected.stream().mapToLong(TimeWindow::maxTimestamp).min().orElseThrow());
      }
    }
  }

  private Window ours(TimeWindow flinks) {
    return new Window(flinks.getStart(), flinks.getEnd(), flinks.maxTimestamp());
  }

  @ParameterizedTest
  @EnumSource
  void areCountedWithoutMakingThem(Kind kind) {
    Random random = new Random(7);
    for (int run = 0; run < RUNS; run++) {
      AssignedWindows ours = draw(kind, random);
      for (long at : moments(ours, random)) {
        RowData row = TestRows.row(1, at);
        assertThat(ours.count(row))
            .as("count of %s at %d", ours, at)
            .isEqualTo(ours.windows(row).size());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRowWithoutTimeIsInNone(Kind kind) {
    AssignedWindows windows = new AssignedWindows(kind, 10, 5, 0, new TimeColumn(1));
    assertThat(windows.first(TestRows.row(1, (Long) null))).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void hoppingWindowsComeInTheOrderInWhichTheyClose() {
    AssignedWindows windows = new AssignedWindows(Kind.HOPPING, 10, 4, 0, new TimeColumn(1));
    assertThat(windows.windows(TestRows.row(1, 9L)))
        .containsExactly(Window.of(0, 10), Window.of(4, 14), Window.of(8, 18));
  }
}
