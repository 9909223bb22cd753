package io.tally.connectors.kafka;

import java.io.IOException;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/**
 * A record that is not one row of its table. Reading it again would not help, so Flink fails the
 * job at once, whatever its restart strategy.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class UndecodableRecordException extends IOException {

  private static final long serialVersionUID = 1L;

  UndecodableRecordException(ConsumerRecord<?, ?> kafkaRecord, Fault fault) {
    super(
        "undecodable record: topic '%s', partition %d, offset %d: %s"
            .formatted(
                kafkaRecord.topic(), kafkaRecord.partition(), kafkaRecord.offset(), fault.text()));
  }
}
