package io.tally.connectors.sessions;

import org.apache.flink.types.Row;

/**
 * A session that is open; all times in epoch milliseconds.
 *
 * @param startedAt event time of its START
 * @param silentAt when it is timed out, unless something comes by then
 * @param longestAt when it is over in any case
 * @param alarmAt when to look at it again: no later than either
 * @param carried values of its START
 */
record Session(long startedAt, long silentAt, long longestAt, long alarmAt, Row carried) {

  static Session started(long at, Moment moment) {
    long alarmAt = Math.min(moment.silentAt(), moment.longestAt());
    return new Session(at, moment.silentAt(), moment.longestAt(), alarmAt, moment.carried());
  }

  /** Returns it after an event that neither starts nor ends it. */
  Session goingOn(Moment moment) {
    return new Session(startedAt, moment.silentAt(), longestAt, alarmAt, carried);
  }

  /** Returns it with its alarm where it is over if nothing more comes. */
  Session watched() {
    return new Session(startedAt, silentAt, longestAt, overAt(), carried);
  }

  /** Returns when it is over if nothing more comes. */
  long overAt() {
    return Math.min(silentAt, longestAt);
  }

  /** Returns why it is over then. */
  EndReason overBy() {
    return silentAt <= longestAt ? EndReason.TIMEOUT : EndReason.MAX_LENGTH;
  }

  /** Tells whether it is another at the same point of its life. */
  boolean isLike(Session other) {
    return startedAt == other.startedAt && silentAt == other.silentAt && alarmAt == other.alarmAt;
  }

  Row toRow() {
    return Row.of(startedAt, silentAt, longestAt, alarmAt, carried);
  }

  static Session of(Row row) {
    return new Session(
        row.getFieldAs(0),
        row.getFieldAs(1),
        row.getFieldAs(2),
        row.getFieldAs(3),
        row.getFieldAs(4));
  }
}
