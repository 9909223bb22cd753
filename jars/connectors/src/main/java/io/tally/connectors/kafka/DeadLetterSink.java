package io.tally.connectors.kafka;

import java.util.Map;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.factories.FactoryUtil;

/** Writes dead letters, each to the topic of its record with {@code .dead} behind it. */
final class DeadLetterSink implements DynamicTableSink {

  private final Map<String, String> table;
  private final ReadableConfig options;

  /**
   * @param table the options of the table as they were written
   */
  DeadLetterSink(Map<String, String> table, ReadableConfig options) {
    this.table = table;
    this.options = options;
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requestedMode) {
    return ChangelogMode.insertOnly();
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    String source = options.get(DeadLetterTableFactory.TABLE);
    var serializer = new DeadLetterSerializer(source);
    String letters = "dead letters of source table '%s'".formatted(source);
    return SinkV2Provider.of(
        LetterSink.of(table, options, serializer, letters, LetterLoss.FAILS),
        options.getOptional(FactoryUtil.SINK_PARALLELISM).orElse(null));
  }

  @Override
  public DynamicTableSink copy() {
    return new DeadLetterSink(table, options);
  }

  @Override
  public String asSummaryString() {
    return "dead letters";
  }
}
