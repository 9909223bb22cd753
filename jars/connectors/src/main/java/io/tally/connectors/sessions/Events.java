package io.tally.connectors.sessions;

import java.time.Duration;
import java.util.List;
import org.apache.flink.table.types.DataType;
import org.apache.flink.types.Row;

/** What events mean. */
final class Events {

  private final int kind;
  private final String starts;
  private final String ends;
  private final int[] carried;

  /**
   * @param type of the events
   * @param kind column that tells what an event is
   * @param starts value of a START
   * @param ends value of an END
   * @param carried columns of a START that its session carries
   */
  Events(DataType type, String kind, String starts, String ends, List<String> carried) {
    List<String> columns = DataType.getFieldNames(type);
    this.kind = columns.indexOf(kind);
    this.starts = starts;
    this.ends = ends;
    this.carried = carried.stream().mapToInt(columns::indexOf).toArray();
  }

  /**
   * Returns the moment of an event.
   *
   * @param at its event time, in epoch milliseconds
   * @param timeout of a session that nothing more comes for
   * @param maxLength of a session; null for none
   */
  Moment moment(Row event, long at, Duration timeout, Duration maxLength) {
    Object found = event.getField(kind);
    long longestAt = maxLength == null ? Long.MAX_VALUE : at + maxLength.toMillis();
    return new Moment(
        starts.equals(found),
        ends.equals(found),
        at + timeout.toMillis(),
        longestAt,
        Row.project(event, carried));
  }
}
