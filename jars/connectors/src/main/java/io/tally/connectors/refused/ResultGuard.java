package io.tally.connectors.refused;

import io.tally.connectors.account.Count;
import io.tally.connectors.account.Meter;
import io.tally.connectors.kafka.RecentShare;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.OutputTag;

/**
 * Stands ahead of all sinks of an aggregate, and lets on the rows that each of them can hold.
 *
 * <p>A row that one of them cannot hold goes to none of them, and to the side once. In its place
 * the sinks get a delete of its key, so that no older value of it is taken for the present one;
 * nothing where a sink cannot hold the key itself, since then none ever held a row of it. A delete
 * is judged by its key alone.
 */
public final class ResultGuard extends Meter {

  /** Side output of the rows that it refuses. */
  public static final OutputTag<RowData> REFUSED = new OutputTag<>("refused", RefusedRows.TYPE);

  /** The name in place of a sink's, where the row is none at all. */
  private static final String ROW = "row";

  // The largest letter is 64 MiB: a row compresses, but need not.
  private static final int LARGEST_ROW = 32 << 20;
  private static final int LARGEST_KEY = 1 << 20;

  private static final long serialVersionUID = 1L;

  private final GuardSpec spec;
  private final List<RowJudge> judges;
  private final PlainRowsSpec plainRows;
  private final Nulls nulls;
  private final Deletes deletes;
  private final RowWriter keys;
  private final RowWriter values;

  private transient PlainRows plain;
  private transient RecentShare share;
  private transient Count rows;
  private transient Count refused;
  private transient Counter refusedRows;

  /** Of what {@link PlainRows} is made, in each task. */
  private record PlainRowsSpec(RowType type, List<String> key, int most) implements Serializable {

    PlainRows made() {
      return new PlainRows(type, key, most);
    }
  }

  /**
   * @param type of the rows
   * @param judges one of each sink
   */
  public ResultGuard(GuardSpec spec, RowType type, List<RowJudge> judges) {
    super(spec.meter());
    this.spec = spec;
    this.judges = List.copyOf(judges);
    int most = judges.stream().mapToInt(RowJudge::plainBytes).min().orElse(-1);
    this.plainRows = new PlainRowsSpec(type, spec.key(), most);
    this.nulls = new Nulls(type, spec.key());
    this.deletes = new Deletes(type, spec.key());
    this.keys = RowWriter.of(type, spec.key());
    this.values = RowWriter.of(type, type.getFieldNames());
  }

  @Override
  public void open() throws Exception {
    super.open();
    rows = count("rows");
    refused = count("refused");
    refusedRows = getMetricGroup().counter("numRefusedRows");
    plain = plainRows.made();
    share = new RecentShare();
    Opening opening = new Opening(getMetricGroup(), getUserCodeClassloader());
    keys.open(opening);
    values.open(opening);
    for (RowJudge judge : judges) {
      judge.open(opening);
    }
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    RowKind kind = row.getRowKind();
    if (kind == RowKind.DELETE || kind == RowKind.UPDATE_BEFORE) {
      if (plain.isPlain(row) || faultOfKey(row) == null) {
        output.collect(element);
      }
      return;
    }
    rows.add(1);
    Fault fault = plain.isPlain(row) ? null : fault(row);
    share.add(fault != null);
    if (fault == null) {
      output.collect(element);
    } else {
      refuse(element, fault);
    }
  }

  private void refuse(StreamRecord<RowData> element, Fault fault) {
    RowData row = element.getValue();
    boolean isDeleted = false;
    if (nulls.ofKey(row) == null) {
      RowData delete = deletes.of(row);
      isDeleted = faultOfKey(delete) == null;
      if (isDeleted) {
        output.collect(element.copy(delete));
      }
    }
    RowText key = RowText.of(keys.write(row), LARGEST_KEY);
    RowText value = RowText.of(values.write(row), LARGEST_ROW);
    output.collect(REFUSED, new StreamRecord<>(RefusedRows.of(spec, key, value, fault, isDeleted)));
    refused.add(1);
    refusedRows.inc();
    if (share.exceeds(spec.maxShare())) {
      throw tooMany(key, fault);
    }
  }

  private Fault fault(RowData row) {
    String unfit = nulls.of(row);
    return unfit == null ? judged(row) : Fault.of(ROW, unfit);
  }

  private Fault faultOfKey(RowData row) {
    String unfit = nulls.ofKey(row);
    return unfit == null ? judged(row) : Fault.of(ROW, unfit);
  }

  private Fault judged(RowData row) {
    Fault fault = null;
    for (RowJudge judge : judges) {
      String why = judge.refusal(row);
      if (why != null) {
        fault = fault == null ? Fault.of(judge.sink(), why) : fault.and(judge.sink(), why);
      }
    }
    return fault;
  }

  private TooManyRefusedRowsException tooMany(RowText key, Fault fault) {
    String shown = UnfitText.shown(new String(key.bytes(), StandardCharsets.UTF_8));
    return new TooManyRefusedRowsException(
        "too many refused rows: %d of the last %d rows of aggregate '%s', more than the share of %s that 'refused.max-share' allows; the last one, key %s: %s"
            .formatted(
                share.count(),
                share.seen(),
                spec.aggregate(),
                spec.maxShare(),
                shown,
                fault.reason()));
  }
}
