package io.tally.connectors.sessions;

import org.apache.flink.types.Row;

/**
 * All that came for one key at one event time.
 *
 * @param starts whether a START did
 * @param ends whether an END did
 * @param silentAt epoch milliseconds at which a session is timed out that nothing more comes for
 * @param longestAt epoch milliseconds at which a session that starts now is over in any case
 * @param carried values of the START that came last; else of the last event
 */
record Moment(boolean starts, boolean ends, long silentAt, long longestAt, Row carried) {

  /** Returns this moment with an event more. */
  Moment with(Moment event) {
    return new Moment(
        starts || event.starts,
        ends || event.ends,
        event.silentAt,
        event.longestAt,
        starts && !event.starts ? carried : event.carried);
  }

  Row toRow() {
    return Row.of(starts, ends, silentAt, longestAt, carried);
  }

  static Moment of(Row row) {
    return new Moment(
        row.getFieldAs(0),
        row.getFieldAs(1),
        row.getFieldAs(2),
        row.getFieldAs(3),
        row.getFieldAs(4));
  }
}
