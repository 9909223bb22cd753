package io.tally.connectors.late;

import io.tally.connectors.late.AssignedWindows.Kind;
import java.io.Serializable;
import java.util.Locale;

/**
 * Where a gate stands, and what it refuses.
 *
 * @param node id of the plan's node ahead of which it stands
 * @param input of the node, from 0
 * @param kind of its windows, {@code attached}, or {@code moment}
 * @param size in milliseconds, as {@link AssignedWindows} has it
 * @param step likewise
 * @param offset likewise
 * @param time column of the event time; for attached windows, of the window's end
 * @param start column of an attached window's start; -1 for none
 * @param aggregate what the node feeds, by name
 * @param source name of the table that the rows come from
 * @param topic that late rows go to
 */
public record GateSpec(
    int node,
    int input,
    String kind,
    long size,
    long step,
    long offset,
    int time,
    int start,
    String aggregate,
    String source,
    String topic)
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
