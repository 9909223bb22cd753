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
  private final EventTimes eventTimes;
  private transient PartitionTimes times;

  private UpsertDeserializer(
      KafkaRecordDeserializationSchema<RowData> flinks, EventTimes eventTimes) {
    this.flinks = flinks;
    this.eventTimes = eventTimes;
  }

  /**
   * Returns that of a source that Flink has made.
   *
   * @param eventTimes null if the table has no event time
   */
  @SuppressWarnings("unchecked")
  static UpsertDeserializer of(KafkaSource<RowData> source, EventTimes eventTimes) {
    try {
      Field field = KafkaSource.class.getDeclaredField("deserializationSchema");
      field.setAccessible(true);
      return new UpsertDeserializer(
          (KafkaRecordDeserializationSchema<RowData>) field.get(source), eventTimes);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Kafka connector than 5.0: no deserializer", e);
    }
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) throws Exception {
    flinks.open(context);
    if (eventTimes != null) {
      eventTimes.open(context);
    }
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> kafkaRecord, Collector<RowData> collector)
      throws IOException {
    if (kafkaRecord instanceof LossRecord) {
      return;
    }
    flinks.deserialize(kafkaRecord, times == null ? collector : noting(kafkaRecord, collector));
  }

  /** A deletion has no event time, and is none. */
  private Collector<RowData> noting(ConsumerRecord<?, ?> kafkaRecord, Collector<RowData> to) {
    return new Collector<>() {
      @Override
      public void collect(RowData row) {
        if (eventTimes.judge(row, kafkaRecord.timestamp()) == null) {
          times.note(kafkaRecord, row);
        }
        to.collect(row);
      }

      @Override
      public void close() {
        to.close();
      }
    };
  }

  @Override
  public void noteNewest(NewestEvents newest) {
    times = new PartitionTimes(newest, eventTimes);
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return flinks.getProducedType();
  }
}
