package io.tally.connectors.kafka;

import io.tally.connectors.clock.PlainSource;
import io.tally.connectors.lost.LossPolicy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.SourceTransformation;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicSource;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/**
 * Flink's table source of a compacted topic, whose rows Flink decodes, behind a reader of our own.
 */
final class UpsertSource
    implements ScanTableSource, SupportsReadingMetadata, SupportsWatermarkPushDown {

  private final KafkaDynamicSource flinks;
  private final LossPolicy losses;

  UpsertSource(KafkaDynamicSource flinks, LossPolicy losses) {
    this.flinks = flinks;
    this.losses = losses;
  }

  @Override
  public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
    DataStreamScanProvider scan = (DataStreamScanProvider) flinks.getScanRuntimeProvider(context);
    return new DataStreamScanProvider() {
      @Override
      public DataStream<RowData> produceDataStream(
          ProviderContext provider, StreamExecutionEnvironment environment) {
        SourceTransformation<RowData, ?, ?> made =
            (SourceTransformation<RowData, ?, ?>)
                scan.produceDataStream(name -> Optional.empty(), environment).getTransformation();
        DataStreamSource<RowData> stream =
            environment.fromSource(
                tracked(made.getSource()), made.getWatermarkStrategy(), made.getName());
        provider.generateUid("kafka").ifPresent(stream::uid);
        return stream;
      }

      @Override
      public boolean isBounded() {
        return scan.isBounded();
      }

      @Override
      public Optional<Integer> getParallelism() {
        return scan.getParallelism();
      }
    };
  }

  @SuppressWarnings("unchecked")
  private PlainSource tracked(Object made) {
    KafkaSource<RowData> source = (KafkaSource<RowData>) made;
    return new PlainSource(source, UpsertDeserializer.of(source), losses);
  }

  @Override
  public ChangelogMode getChangelogMode() {
    return flinks.getChangelogMode();
  }

  @Override
  public Map<String, DataType> listReadableMetadata() {
    return flinks.listReadableMetadata();
  }

  @Override
  public void applyReadableMetadata(List<String> keys, DataType produced) {
    flinks.applyReadableMetadata(keys, produced);
  }

  @Override
  public boolean supportsMetadataProjection() {
    return flinks.supportsMetadataProjection();
  }

  @Override
  public void applyWatermark(WatermarkStrategy<RowData> watermarks) {
    flinks.applyWatermark(watermarks);
  }

  @Override
  public DynamicTableSource copy() {
    return new UpsertSource((KafkaDynamicSource) flinks.copy(), losses);
  }

  @Override
  public String asSummaryString() {
    return flinks.asSummaryString();
  }
}
