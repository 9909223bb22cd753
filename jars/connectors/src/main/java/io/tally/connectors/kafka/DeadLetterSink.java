package io.tally.connectors.kafka;

import java.util.Properties;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaSinkBuilder;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.FactoryUtil;

/** Writes dead letters, each to the topic of its record with {@code .dead} behind it. */
final class DeadLetterSink implements DynamicTableSink {

  private final Properties properties;
  private final ReadableConfig options;

  DeadLetterSink(Properties properties, ReadableConfig options) {
    this.properties = properties;
    this.options = options;
  }

  @Override
  public ChangelogMode getChangelogMode(ChangelogMode requestedMode) {
    return ChangelogMode.insertOnly();
  }

  @Override
  public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
    return SinkV2Provider.of(
        sink(), options.getOptional(FactoryUtil.SINK_PARALLELISM).orElse(null));
  }

  private KafkaSink<RowData> sink() {
    DeliveryGuarantee delivery = options.get(DeadLetterTableFactory.DELIVERY);
    KafkaSinkBuilder<RowData> builder =
        KafkaSink.<RowData>builder()
            .setKafkaProducerConfig(producer())
            .setBootstrapServers(options.get(DeadLetterTableFactory.SERVERS))
            .setRecordSerializer(
                new DeadLetterSerializer(options.get(DeadLetterTableFactory.TABLE)))
            .setDeliveryGuarantee(delivery);
    if (delivery == DeliveryGuarantee.EXACTLY_ONCE) {
      builder.setTransactionalIdPrefix(options.get(DeadLetterTableFactory.PREFIX));
    }
    return builder.build();
  }

  private Properties producer() {
    Properties producer = new Properties();
    long timeout = options.get(DeadLetterTableFactory.TRANSACTION_TIMEOUT).toMillis();
    producer.setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, String.valueOf(timeout));
    // The topic decides how large a letter may be; the client's own limit would end the job.
    producer.setProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, String.valueOf(Integer.MAX_VALUE));
    producer.putAll(properties);
    return producer;
  }

  @Override
  public DynamicTableSink copy() {
    return new DeadLetterSink(properties, options);
  }

  @Override
  public String asSummaryString() {
    return "dead letters";
  }
}
