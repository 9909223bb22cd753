package io.tally.connectors.account;

import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;

/**
 * Adds up what an aggregation says that it has counted: the hidden count in each result, less that
 * of the result's former version.
 *
 * <p>The hidden count changes with every row, so that an aggregation puts out results of which
 * nothing else has changed. Flink would not have put them out, and they end here.
 */
public final class Tap extends Meter {

  private static final long serialVersionUID = 1L;

  private final int counted;
  private final boolean versions;
  private final boolean repeats;
  private final RowDataSerializer serializer;
  private final RowData.FieldGetter[] visible;
  private final boolean forms;
  private transient Count rows;
  private transient RowData former;

  /**
   * @param type of the results
   * @param counted column of the hidden count
   * @param versions whether what is behind wants the former version of a result as well
   * @param repeats whether results go on that have not changed, as Flink has it where state expires
   */
  public Tap(String meter, RowType type, int counted, boolean versions, boolean repeats) {
    super(meter);
    this.counted = counted;
    this.versions = versions;
    this.repeats = repeats;
    this.serializer = new RowDataSerializer(type);
    this.visible =
        IntStream.range(0, type.getFieldCount())
            .filter(column -> column != counted)
            .mapToObj(column -> RowData.createFieldGetter(type.getTypeAt(column), column))
            .toArray(RowData.FieldGetter[]::new);
    this.forms = type.getChildren().stream().anyMatch(Tap::hasForms);
  }

  /**
   * Values of arrays, maps, rows and objects have a binary form beside others, and are equal only
   * within one; of objects of unknown classes only that form can be compared at all.
   */
  private static boolean hasForms(LogicalType type) {
    return !type.is(LogicalTypeFamily.PREDEFINED);
  }

  @Override
  public void open() throws Exception {
    super.open();
    rows = count("rows");
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    RowKind kind = row.getRowKind();
    boolean isFormer = kind == RowKind.UPDATE_BEFORE || kind == RowKind.DELETE;
    rows.add(isFormer ? -row.getLong(counted) : row.getLong(counted));
    if (kind == RowKind.UPDATE_BEFORE) {
      // A copy: the aggregation uses the row again.
      former = serializer.copy(row);
    } else {
      handOn(element, kind);
      former = null;
    }
  }

  private void handOn(StreamRecord<RowData> element, RowKind kind) {
    boolean isUpdate = kind == RowKind.UPDATE_AFTER && former != null;
    if (isUpdate && !repeats && isSame(former, element.getValue())) {
      return;
    }
    if (isUpdate && versions) {
      output.collect(element.copy(former));
    }
    output.collect(element);
  }

  private boolean isSame(RowData one, RowData other) {
    return forms
        ? areEqual(serializer.toBinaryRow(one).copy(), serializer.toBinaryRow(other))
        : areEqual(one, other);
  }

  private boolean areEqual(RowData one, RowData other) {
    for (RowData.FieldGetter field : visible) {
      if (!Objects.deepEquals(field.getFieldOrNull(one), field.getFieldOrNull(other))) {
        return false;
      }
    }
    return true;
  }
}
