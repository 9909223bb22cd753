package io.tally.connectors.kafka;

import io.tally.connectors.clock.ClockSource;
import io.tally.connectors.clock.PlainSource;
import io.tally.connectors.lost.LossPolicy;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
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

  /** A version may hold from a time to come on: no record of the table is a dead letter. */
  private static final Duration ANY_AHEAD = Duration.ofDays(1_000_000);

  private final KafkaDynamicSource flinks;
  private final LossPolicy losses;
  private final SourceClock clock;
  private WatermarkStrategy<RowData> watermarks;

  UpsertSource(KafkaDynamicSource flinks, LossPolicy losses, SourceClock clock) {
    this.flinks = flinks;
    this.losses = losses;
    this.clock = clock;
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
  private Source<RowData, ?, ?> tracked(Object made) {
    KafkaSource<RowData> source = (KafkaSource<RowData>) made;
    boolean isBounded = source.getBoundedness() == Boundedness.BOUNDED;
    if (watermarks == null || isBounded || !clock.isOn()) {
      return new PlainSource(source, UpsertDeserializer.of(source, null), losses);
    }
    EventTimes times = new EventTimes(watermarks, ANY_AHEAD, Clock.systemUTC());
    UpsertDeserializer deserializer = UpsertDeserializer.of(source, times);
    return new ClockSource(source, deserializer, losses, clock.delay(), clock.group());
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
  public void applyWatermark(WatermarkStrategy<RowData> strategy) {
    watermarks = strategy;
    flinks.applyWatermark(strategy);
  }

  @Override
  public DynamicTableSource copy() {
    UpsertSource copy = new UpsertSource((KafkaDynamicSource) flinks.copy(), losses, clock);
    copy.watermarks = watermarks;
    return copy;
  }

  @Override
  public String asSummaryString() {
    return flinks.asSummaryString();
  }
}
