package io.tally.connectors.late;

import io.tally.connectors.late.AssignedWindows.Kind;
import java.io.Serializable;
import java.util.Locale;

/**
 * What tells the windows of a row.
 *
 * @param kind of the windows, {@code attached}, or {@code moment}
 * @param size in milliseconds, as {@link AssignedWindows} has it
 * @param step likewise
 * @param offset likewise
 * @param time column of the event time; for attached windows, of the window's end
 * @param start column of an attached window's start; -1 for none
 */
public record WindowSpec(String kind, long size, long step, long offset, int time, int start)
    implements Serializable {

  Closing closing() {
    TimeColumn column = new TimeColumn(time);
    return switch (kind) {
      case "moment" -> new Moments(column);
      case "attached" -> new AttachedWindows(start < 0 ? null : new TimeColumn(start), column);
      default ->
          new AssignedWindows(
              Kind.valueOf(kind.toUpperCase(Locale.ROOT)), size, step, offset, column);
    };
  }
}
