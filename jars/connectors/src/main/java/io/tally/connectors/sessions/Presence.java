package io.tally.connectors.sessions;

/**
 * Who is online, for one key: what events and time do to its session.
 *
 * <p>Times come in order, all events of one time together, so that it makes no difference in which
 * order those came: a START and an END of one time end a session that is open and start another;
 * where none is open they start and end one.
 */
final class Presence {

  /** Is told what becomes of sessions. */
  interface Changes {

    /** A session has started. */
    void started(Session session);

    /** A session is over. */
    void ended(Session session, long at, EndReason reason);
  }

  private final Changes changes;
  private Session open;

  /**
   * @param open the session that is open; null for none
   */
  Presence(Session open, Changes changes) {
    this.open = open;
    this.changes = changes;
  }

  /** Returns the session that is open; null for none. */
  Session open() {
    return open;
  }

  /** Takes all that came at a time. */
  void take(long at, Moment moment) {
    boolean wasOpen = open != null;
    if (wasOpen && moment.ends()) {
      end(at, EndReason.END);
    } else if (wasOpen && moment.starts()) {
      end(at, EndReason.SUPERSEDED);
    } else if (wasOpen) {
      open = open.goingOn(moment);
    }
    if (moment.starts()) {
      open = Session.started(at, moment);
      changes.started(open);
      if (moment.ends() && !wasOpen) {
        end(at, EndReason.END);
      }
    }
  }

  /** Time has come to a moment, and nothing more of that moment is to come. */
  void pass(long at) {
    if (open != null && open.overAt() <= at) {
      end(open.overAt(), open.overBy());
    }
  }

  private void end(long at, EndReason reason) {
    changes.ended(open, at, reason);
    open = null;
  }
}
