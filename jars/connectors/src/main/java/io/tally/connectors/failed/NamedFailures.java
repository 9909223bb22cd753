package io.tally.connectors.failed;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonFormatOptions;
import org.apache.flink.formats.json.JsonRowDataSerializationSchema;
import org.apache.flink.metrics.groups.OperatorMetricGroup;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.KeyContextHandler;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorAttributes;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.StreamTaskStateInitializer;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.ExceptionInChainedOperatorException;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * An operator that answers each row within the call, and whose exceptions name aggregate and row.
 *
 * <p>Those of operators chained behind it pass through.
 */
final class NamedFailures
    implements OneInputStreamOperator<RowData, RowData>, BoundedOneInput, KeyContextHandler {

  private static final long serialVersionUID = 1L;
  private static final int LONGEST_ROW = 1_000;

  private final OneInputStreamOperator<RowData, RowData> operator;
  private final Place place;
  private final RowType rows;

  private NamedFailures(
      OneInputStreamOperator<RowData, RowData> operator, Place place, RowType rows) {
    this.operator = operator;
    this.place = place;
    this.rows = rows;
  }

  /** Makes them of the operators of another factory. */
  static final class Factory extends WatchedFactory.OneInput {

    private static final long serialVersionUID = 1L;

    private final Place place;
    private final RowType rows;

    /**
     * @param place of the operator
     * @param rows type of its input
     */
    Factory(
        AbstractStreamOperatorFactory<RowData> factory,
        Map<String, Place> places,
        Place place,
        RowType rows) {
      super(factory, places);
      this.place = place;
      this.rows = rows;
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T extends StreamOperator<RowData>> T createStreamOperator(
        StreamOperatorParameters<RowData> parameters) {
      StreamOperator<RowData> made = super.createStreamOperator(parameters);
      OneInputStreamOperator<RowData, RowData> operator =
          (OneInputStreamOperator<RowData, RowData>) made;
      return (T) new NamedFailures(operator, place, rows);
    }
  }

  @Override
  public void processElement(StreamRecord<RowData> element) throws Exception {
    try {
      operator.processElement(element);
    } catch (ExceptionInChainedOperatorException e) {
      throw e;
    } catch (Exception e) {
      throw named(e, element.getValue());
    }
  }

  private Exception named(Exception thrown, RowData row) {
    return ThrownByExpression.of(thrown)
        .<Exception>map(
            found ->
                new FailedExpressionException(
                    place.failed(found.what()) + "\n  row: " + text(row), thrown))
        .orElse(thrown);
  }

  private String text(RowData row) {
    try {
      JsonRowDataSerializationSchema json =
          new JsonRowDataSerializationSchema(
              rows,
              TimestampFormat.ISO_8601,
              JsonFormatOptions.MapNullKeyMode.LITERAL,
              "null",
              true,
              false);
      json.open(null);
      String text = new String(json.serialize(row), StandardCharsets.UTF_8);
      return text.length() > LONGEST_ROW ? text.substring(0, LONGEST_ROW) + "..." : text;
    } catch (Exception e) {
      // Of a type that JSON has no form for: what failed is more than how it looks.
      return row.toString();
    }
  }

  @Override
  public void endInput() throws Exception {
    if (operator instanceof BoundedOneInput bounded) {
      bounded.endInput();
    }
  }

  @Override
  public boolean hasKeyContext() {
    return false;
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    operator.processWatermark(mark);
  }

  @Override
  public void processWatermarkStatus(WatermarkStatus status) throws Exception {
    operator.processWatermarkStatus(status);
  }

  @Override
  public void processLatencyMarker(LatencyMarker marker) throws Exception {
    operator.processLatencyMarker(marker);
  }

  @Override
  public void processRecordAttributes(RecordAttributes attributes) throws Exception {
    operator.processRecordAttributes(attributes);
  }

  @Override
  public void open() throws Exception {
    operator.open();
  }

  @Override
  public void finish() throws Exception {
    operator.finish();
  }

  @Override
  public void close() throws Exception {
    operator.close();
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpoint) throws Exception {
    operator.prepareSnapshotPreBarrier(checkpoint);
  }

  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpoint, long time, CheckpointOptions options, CheckpointStreamFactory storage)
      throws Exception {
    return operator.snapshotState(checkpoint, time, options, storage);
  }

  @Override
  public void initializeState(StreamTaskStateInitializer initializer) throws Exception {
    operator.initializeState(initializer);
  }

  @Override
  public void notifyCheckpointComplete(long checkpoint) throws Exception {
    operator.notifyCheckpointComplete(checkpoint);
  }

  @Override
  public void notifyCheckpointAborted(long checkpoint) throws Exception {
    operator.notifyCheckpointAborted(checkpoint);
  }

  @Override
  public void setKeyContextElement1(StreamRecord<?> element) throws Exception {
    operator.setKeyContextElement1(element);
  }

  @Override
  public void setKeyContextElement2(StreamRecord<?> element) throws Exception {
    operator.setKeyContextElement2(element);
  }

  @Override
  public void setCurrentKey(Object key) {
    operator.setCurrentKey(key);
  }

  @Override
  public Object getCurrentKey() {
    return operator.getCurrentKey();
  }

  @Override
  public OperatorMetricGroup getMetricGroup() {
    return operator.getMetricGroup();
  }

  @Override
  public OperatorID getOperatorID() {
    return operator.getOperatorID();
  }

  @Override
  public OperatorAttributes getOperatorAttributes() {
    return operator.getOperatorAttributes();
  }
}
