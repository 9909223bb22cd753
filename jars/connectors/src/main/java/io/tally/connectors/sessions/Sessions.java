package io.tally.connectors.sessions;

import java.time.Duration;
import java.util.List;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.functions.FunctionContext;
import org.apache.flink.table.functions.ProcessTableFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;

/**
 * {@code SESSIONS(...)}: from START and END events, a row when a session starts and one when it is
 * over.
 *
 * <p>Events wait for the watermark and are taken in the order of event time. One behind it is left
 * out, as by Flink's own operators. Where a gate stands ahead of the function, none comes: the gate
 * has put it out as a late row. What is over is forgotten.
 */
public final class Sessions extends ProcessTableFunction<Row> {

  /** Job parameter: whether a gate stands ahead of each call. */
  public static final String GATED = "tally.sessions-gated";

  private static final long serialVersionUID = 1L;

  /** The one key of the map that holds the open session. */
  private static final Boolean OPEN = true;

  private transient Events events;
  private transient boolean isGated;

  @Override
  public void open(FunctionContext context) {
    isGated = Boolean.parseBoolean(context.getJobParameter(GATED, "false"));
  }

  @Override
  public TypeInference getTypeInference(DataTypeFactory types) {
    return Signature.INFERENCE;
  }

  /** Keeps an event until its time has come. */
  public void eval(
      Context context,
      MapView<Long, Row> pending,
      MapView<Boolean, Row> open,
      Row input,
      ColumnList kind,
      String starts,
      String ends,
      Duration timeout,
      Duration maxLength,
      ColumnList carry)
      throws Exception {
    if (events == null) {
      DataType type = context.tableSemanticsFor(Signature.INPUT).dataType();
      List<String> carried = carry == null ? List.of() : carry.getNames();
      events = new Events(type, kind.getNames().get(0), starts, ends, carried);
    }
    TimeContext<Long> time = context.timeContext(Long.class);
    Long at = time.time();
    if (isOver(at, time.currentWatermark())) {
      refuse(at, time.currentWatermark());
      return;
    }
    Moment event = events.moment(input, at, timeout, maxLength);
    Row known = pending.get(at);
    pending.put(at, (known == null ? event : Moment.of(known).with(event)).toRow());
    time.registerOnTime(at);
  }

  /** Tells whether a moment has been taken already; watermarks are null before the first. */
  private static boolean isOver(long at, Long watermark) {
    return watermark != null && at <= watermark;
  }

  private void refuse(long at, long watermark) {
    if (isGated) {
      throw new LateEventException(at, watermark);
    }
  }

  /** Takes what came at a time, and looks whether a session is over. */
  public void onTimer(
      OnTimerContext context, MapView<Long, Row> pending, MapView<Boolean, Row> open)
      throws Exception {
    TimeContext<Long> time = context.timeContext(Long.class);
    long at = time.time();
    Row known = open.get(OPEN);
    Session before = known == null ? null : Session.of(known);
    Presence presence = new Presence(before, new Rows());
    Row moment = pending.get(at);
    if (moment != null) {
      pending.remove(at);
      presence.take(at, Moment.of(moment));
    }
    if (!isEndOfInput(time) || !pending.isEmpty()) {
      presence.pass(at);
    }
    Session after = watched(presence.open(), at);
    forget(before, after, time, pending);
    keep(before, after, time, open);
  }

  /** The end of what is read is no moment: what would be over later is not over. */
  private static boolean isEndOfInput(TimeContext<Long> time) {
    return time.currentWatermark() == Long.MAX_VALUE;
  }

  /** A session that went on since its alarm was set gets another when that one rings. */
  private static Session watched(Session session, long at) {
    boolean rang = session != null && session.alarmAt() <= at && session.overAt() > at;
    return rang ? session.watched() : session;
  }

  /** Takes back the alarm of a session, unless that is when an event is due as well. */
  private static void forget(
      Session before, Session after, TimeContext<Long> time, MapView<Long, Row> pending)
      throws Exception {
    boolean isKept = before == null || after != null && after.alarmAt() == before.alarmAt();
    if (!isKept && !pending.contains(before.alarmAt())) {
      time.clearTimer(before.alarmAt());
    }
  }

  private static void keep(
      Session before, Session after, TimeContext<Long> time, MapView<Boolean, Row> open)
      throws Exception {
    if (after == null) {
      open.remove(OPEN);
    } else if (before == null || !after.isLike(before)) {
      open.put(OPEN, after.toRow());
      time.registerOnTime(after.alarmAt());
    }
  }

  /** Puts out a row for each change. */
  private final class Rows implements Presence.Changes {

    @Override
    public void started(Session session) {
      put(session, null, null, 1L);
    }

    @Override
    public void ended(Session session, long at, EndReason reason) {
      put(session, TimestampData.fromEpochMillis(at), reason.text(), -1L);
    }

    private void put(Session session, TimestampData endedAt, String reason, long delta) {
      TimestampData startedAt = TimestampData.fromEpochMillis(session.startedAt());
      collect(Row.join(Row.of(startedAt, endedAt, reason, delta), session.carried()));
    }
  }
}
