package io.tally.connectors.kafka;

import io.tally.connectors.clock.NewestEvents;
import io.tally.connectors.clock.TimedDeserializer;
import io.tally.connectors.lost.LossRecord;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.util.Collector;

/**
 * Makes rows of a Kafka table: fields of key and message, then metadata.
 *
 * <p>A record that is no row becomes one with its dead letter, if the query reads that column;
 * otherwise it fails the job. A deletion that is skipped becomes such a row too, or otherwise none.
 */
final class RecordDeserializer implements TimedDeserializer {

  private static final long serialVersionUID = 1L;

  private final Parts parts;
  private final RowLayout layout;
  private final EventTimes eventTimes;
  private final SourceGuard guard;
  private final TypeInformation<RowData> producedType;

  private transient List<GenericRowData> keys;
  private transient List<GenericRowData> values;
  private transient DeadShare share;
  private transient Counter deadLetters;
  private transient Object[] blanks;
  private transient PartitionTimes times;

  /**
   * @param eventTimes null if the table has no event time
   */
  RecordDeserializer(
      Parts parts,
      RowLayout layout,
      EventTimes eventTimes,
      SourceGuard guard,
      TypeInformation<RowData> producedType) {
    this.parts = parts;
    this.layout = layout;
    this.eventTimes = eventTimes;
    this.guard = guard;
    this.producedType = producedType;
  }

  /** Tells whether rows have an event time. */
  boolean judgesTime() {
    return eventTimes != null;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) throws Exception {
    parts.open(context);
    if (eventTimes != null) {
      eventTimes.open(context);
    }
    keys = new ArrayList<>(1);
    values = new ArrayList<>(1);
    share = new DeadShare(guard);
    deadLetters = context.getMetricGroup().counter("numDeadLetters");
    blanks = parts.blanks();
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> kafkaRecord, Collector<RowData> collector)
      throws IOException {
    if (kafkaRecord instanceof LossRecord loss) {
      lost(loss, collector);
      return;
    }
    Fault skipped = guard.deletions().skipped(kafkaRecord);
    if (skipped == null) {
      decoded(kafkaRecord, collector);
    } else if (layout.deadLetter() >= 0) {
      collector.collect(layout.dead(blanks, kafkaRecord, skipped));
    }
  }

  /** In the way of a skipped record: it is neither row nor dead letter, and accounted for. */
  private void lost(LossRecord loss, Collector<RowData> collector) {
    if (layout.deadLetter() >= 0) {
      String text = "%s%s/%d".formatted(Fault.LOST, loss.cause(), loss.offsets());
      collector.collect(layout.dead(blanks, loss, new Fault(Fault.Reason.SKIPPED, text)));
    }
  }

  private void decoded(ConsumerRecord<byte[], byte[]> kafkaRecord, Collector<RowData> collector)
      throws IOException {
    keys.clear();
    values.clear();
    Fault fault = decode(kafkaRecord);
    if (fault == null) {
      share.row();
      note(kafkaRecord);
      values.forEach(collector::collect);
    } else if (layout.deadLetter() < 0) {
      throw new UndecodableRecordException(kafkaRecord, fault);
    } else {
      deadLetters.inc();
      share.deadLetter(kafkaRecord, fault);
      collector.collect(layout.dead(blanks, kafkaRecord, fault));
    }
  }

  private Fault decode(ConsumerRecord<byte[], byte[]> kafkaRecord) {
    Fault fault = parts.decode(kafkaRecord, keys, values);
    if (fault != null) {
      return fault;
    }
    GenericRowData key = keys.isEmpty() ? null : keys.get(0);
    for (int i = 0; i < values.size(); i++) {
      values.set(i, placed(key, values.get(i), kafkaRecord));
    }
    return eventTimes == null || values.isEmpty()
        ? null
        : eventTimes.judge(values.get(0), kafkaRecord.timestamp());
  }

  @Override
  public void noteNewest(NewestEvents newest) {
    times = new PartitionTimes(newest, eventTimes);
  }

  private void note(ConsumerRecord<?, ?> kafkaRecord) {
    if (times != null && !values.isEmpty()) {
      times.note(kafkaRecord, values.get(0));
    }
  }

  private GenericRowData placed(
      GenericRowData key, GenericRowData value, ConsumerRecord<?, ?> kafkaRecord) {
    return parts.inPlace()
        ? layout.completed(value, kafkaRecord)
        : layout.row(key, value, kafkaRecord);
  }

  @Override
  public TypeInformation<RowData> getProducedType() {
    return producedType;
  }

  /**
   * The decoders of a record's parts.
   *
   * @param key null if the table reads no key
   * @param inPlace whether the message's row is as wide as the produced one, and only lacks
   *     metadata
   * @param types of the produced fields that come from key and message
   */
  record Parts(PartDecoder key, PartDecoder value, boolean inPlace, List<LogicalType> types)
      implements Serializable {

    void open(DeserializationSchema.InitializationContext context) throws Exception {
      if (key != null) {
        key.open(context);
      }
      value.open(context);
    }

    Fault decode(
        ConsumerRecord<byte[], byte[]> kafkaRecord,
        List<GenericRowData> keys,
        List<GenericRowData> values) {
      Fault fault = value.decode(kafkaRecord.value(), values);
      return fault != null || key == null ? fault : key.decode(kafkaRecord.key(), keys);
    }

    Object[] blanks() {
      return Blanks.of(types);
    }
  }
}
