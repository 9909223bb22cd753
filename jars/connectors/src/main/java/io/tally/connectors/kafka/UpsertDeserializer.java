package io.tally.connectors.kafka;

import io.tally.connectors.clock.NewestEvents;
import io.tally.connectors.clock.TimedDeserializer;
import io.tally.connectors.lost.LossRecord;
import java.io.IOException;
import java.lang.reflect.Field;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.Collector;

/** Makes rows of a compacted topic as Flink does: no record of it is a dead letter. */
final class UpsertDeserializer implements TimedDeserializer {

  private static final long serialVersionUID = 1L;

  private final KafkaRecordDeserializationSchema<RowData> flinks;

  private UpsertDeserializer(KafkaRecordDeserializationSchema<RowData> flinks) {
    this.flinks = flinks;
  }

  /** Returns that of a source that Flink has made. */
  @SuppressWarnings("unchecked")
  static UpsertDeserializer of(KafkaSource<RowData> source) {
    try {
      Field field = KafkaSource.class.getDeclaredField("deserializationSchema");
      field.setAccessible(true);
      return new UpsertDeserializer((KafkaRecordDeserializationSchema<RowData>) field.get(source));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Kafka connector than 5.0: no deserializer", e);
    }
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) throws Exception {
    flinks.open(context);
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> kafkaRecord, Collector<RowData> collector)
      throws IOException {
    if (!(kafkaRecord instanceof LossRecord)) {
      flinks.deserialize(kafkaRecord, collector);
    }
  }

  @Override
  public void noteNewest(NewestEvents newest) {
    // Its time follows its events alone.
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return flinks.getProducedType();
  }
}
