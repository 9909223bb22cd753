package io.tally.connectors.refused;

import java.lang.reflect.Field;
import java.util.Properties;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.record.AbstractRecords;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.record.CompressionType;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.record.RecordBatch;
import org.apache.flink.table.data.RowData;

/**
 * Judges rows for a Kafka topic: whether the sink's own serializer makes a record of them, and
 * whether producer and topic take one so large.
 */
public final class KafkaJudge implements RowJudge {

  private static final long serialVersionUID = 1L;

  private final KafkaRecordSerializationSchema<RowData> serializer;
  private final int producerBytes;
  private final GuardSpec.SinkSpec spec;

  private KafkaJudge(
      KafkaRecordSerializationSchema<RowData> serializer,
      int producerBytes,
      GuardSpec.SinkSpec spec) {
    this.serializer = serializer;
    this.producerBytes = producerBytes;
    this.spec = spec;
  }

  /** Makes the judge of a sink. */
  public static KafkaJudge of(KafkaSink<RowData> sink, GuardSpec.SinkSpec spec) {
    Properties producer = (Properties) field(sink, "kafkaProducerConfig");
    String most = producer.getProperty(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "1048576");
    @SuppressWarnings("unchecked")
    KafkaRecordSerializationSchema<RowData> serializer =
        (KafkaRecordSerializationSchema<RowData>) field(sink, "recordSerializer");
    return new KafkaJudge(serializer, Integer.parseInt(most.trim()), spec);
  }

  private static Object field(KafkaSink<RowData> sink, String name) {
    try {
      Field field = KafkaSink.class.getDeclaredField(name);
      field.setAccessible(true);
      return field.get(sink);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("another Kafka connector than 5.0: no field " + name, e);
    }
  }

  @Override
  public String sink() {
    return "kafka";
  }

  @Override
  public void open(SerializationSchema.InitializationContext context) throws Exception {
    serializer.open(context, NoPartitions.INSTANCE);
  }

  @Override
  public String refusal(RowData row) {
    ProducerRecord<byte[], byte[]> made;
    try {
      made = serializer.serialize(row, NoPartitions.INSTANCE, null);
    } catch (RuntimeException e) {
      return "its format cannot write the row: " + reason(e);
    }
    return tooLarge(made);
  }

  private String tooLarge(ProducerRecord<byte[], byte[]> made) {
    // As the producer reckons before it sends, without compression.
    long size =
        AbstractRecords.estimateSizeInBytesUpperBound(
            RecordBatch.CURRENT_MAGIC_VALUE,
            CompressionType.NONE,
            made.key(),
            made.value(),
            made.headers().toArray());
    if (size > producerBytes && producerBytes <= spec.recordBytes()) {
      return "the record would have %d bytes, more than the producer's 'max.request.size' of %d"
          .formatted(size, producerBytes);
    }
    return size <= spec.recordBytes()
        ? null
        : "the record would have %d bytes, more than 'max.message.bytes' of topic '%s', %d"
            .formatted(size, made.topic(), spec.recordBytes());
  }

  /** The innermost reason, in one line. */
  private static String reason(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return text.lines().findFirst().orElse(text).trim();
  }

  @Override
  public int plainBytes() {
    return spec.textBytes();
  }

  /** No record is sent: it needs no partition. */
  private enum NoPartitions implements KafkaRecordSerializationSchema.KafkaSinkContext {
    INSTANCE;

    @Override
    public int getParallelInstanceId() {
      return 0;
    }

    @Override
    public int getNumberOfParallelInstances() {
      return 1;
    }

    @Override
    public int[] getPartitionsForTopic(String topic) {
      return new int[] {0};
    }
  }
}
