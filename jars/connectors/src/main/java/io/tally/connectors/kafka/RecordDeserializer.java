package io.tally.connectors.kafka;

import java.io.IOException;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;

/** Makes rows of a Kafka table: fields of key and message, then metadata. */
final class RecordDeserializer implements KafkaRecordDeserializationSchema<RowData> {

  private static final long serialVersionUID = 1L;

  private final RowDecoder keyDecoder;
  private final RowDecoder valueDecoder;
  private final RowLayout layout;
  private final TypeInformation<RowData> producedType;

  /**
   * @param keyDecoder null if the table reads no key
   */
  RecordDeserializer(
      RowDecoder keyDecoder,
      RowDecoder valueDecoder,
      RowLayout layout,
      TypeInformation<RowData> producedType) {
    this.keyDecoder = keyDecoder;
    this.valueDecoder = valueDecoder;
    this.layout = layout;
    this.producedType = producedType;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) throws Exception {
    if (keyDecoder != null) {
      keyDecoder.open(context);
    }
    valueDecoder.open(context);
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> kafkaRecord, Collector<RowData> collector)
      throws IOException {
    List<GenericRowData> values = valueDecoder.decode(kafkaRecord, kafkaRecord.value());
    if (keyDecoder == null && layout.metadata().isEmpty()) {
      values.forEach(collector::collect);
      return;
    }
    GenericRowData key =
        keyDecoder == null ? null : keyDecoder.decode(kafkaRecord, kafkaRecord.key()).get(0);
    for (GenericRowData value : values) {
      collector.collect(layout.row(key, value, kafkaRecord));
    }
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return producedType;
  }
}
