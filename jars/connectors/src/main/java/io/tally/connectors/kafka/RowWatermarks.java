package io.tally.connectors.kafka;

import org.apache.flink.api.common.eventtime.TimestampAssigner;
import org.apache.flink.api.common.eventtime.TimestampAssignerSupplier;
import org.apache.flink.api.common.eventtime.WatermarkAlignmentParams;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.table.data.RowData;

/** The table's watermarks, which a row that is a dead letter does not move. */
final class RowWatermarks implements WatermarkStrategy<RowData> {

  private static final long serialVersionUID = 1L;

  private final WatermarkStrategy<RowData> table;
  private final int deadLetter;
  private final boolean isAligned;

  /**
   * @param deadLetter position of the dead letter in the row
   * @param isAligned whether readers may wait for each other, as the table says; not where each
   *     waits at its end for all others to come to theirs
   */
  RowWatermarks(WatermarkStrategy<RowData> table, int deadLetter, boolean isAligned) {
    this.table = table;
    this.deadLetter = deadLetter;
    this.isAligned = isAligned;
  }

  @Override
  public WatermarkGenerator<RowData> createWatermarkGenerator(
      WatermarkGeneratorSupplier.Context context) {
    return new Generator(table.createWatermarkGenerator(context), deadLetter);
  }

  @Override
  public TimestampAssigner<RowData> createTimestampAssigner(
      TimestampAssignerSupplier.Context context) {
    return table.createTimestampAssigner(context);
  }

  @Override
  public WatermarkAlignmentParams getAlignmentParameters() {
    return isAligned
        ? table.getAlignmentParameters()
        : WatermarkAlignmentParams.WATERMARK_ALIGNMENT_DISABLED;
  }

  private record Generator(WatermarkGenerator<RowData> table, int deadLetter)
      implements WatermarkGenerator<RowData> {
    @Override
    public void onEvent(RowData row, long timestamp, WatermarkOutput output) {
      if (row.isNullAt(deadLetter)) {
        table.onEvent(row, timestamp, output);
      }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
      table.onPeriodicEmit(output);
    }
  }
}
