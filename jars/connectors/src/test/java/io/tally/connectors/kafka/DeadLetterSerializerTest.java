package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Header;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.record.TimestampType;
import org.apache.flink.table.data.GenericRowData;
import org.junit.jupiter.api.Test;

class DeadLetterSerializerTest {

  private static final DeadLetterSerializer SERIALIZER = new DeadLetterSerializer("events");

  private static ConsumerRecord<byte[], byte[]> kafkaRecord(
      byte[] key, byte[] value, RecordHeaders headers) {
    return new ConsumerRecord<>(
        "shop",
        3,
        12,
        1_000,
        TimestampType.CREATE_TIME,
        0,
        0,
        key,
        value,
        headers,
        Optional.empty());
  }

  private static ProducerRecord<byte[], byte[]> letter(ConsumerRecord<byte[], byte[]> read) {
    Fault fault = new Fault(Fault.Reason.TOO_FAR_AHEAD, "näher");
    return SERIALIZER.serialize(GenericRowData.of(DeadLetters.letter(read, fault)), null, null);
  }

  private static List<String> texts(ProducerRecord<byte[], byte[]> produced) {
    List<String> texts = new ArrayList<>();
    for (Header header : produced.headers()) {
      String value =
          header.value() == null ? "null" : new String(header.value(), StandardCharsets.UTF_8);
      texts.add(header.key() + "=" + value);
    }
    return texts;
  }

  @Test
  void keepsKeyValueAndHeadersAndSaysWhereTheRecordStood() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("a", null).add("b", new byte[] {'1'}).add("a", new byte[] {'2'});
    headers.add("tally.topic", new byte[] {'x'});
    byte[] key = {0, (byte) 0xff};

    ProducerRecord<byte[], byte[]> produced = letter(kafkaRecord(key, new byte[0], headers));

    assertThat(produced.topic()).isEqualTo("shop.dead");
    assertThat(produced.partition()).isNull();
    assertThat(produced.key()).isEqualTo(key);
    assertThat(produced.value()).isEmpty();
    assertThat(texts(produced))
        .containsExactly(
            "a=null",
            "b=1",
            "a=2",
            "tally.topic=x",
            "tally.topic=shop",
            "tally.partition=3",
            "tally.offset=12",
            "tally.timestamp=1000",
            "tally.table=events",
            "tally.reason=too-far-ahead",
            "tally.error=näher");
  }

  @Test
  void nullStaysNull() {
    ProducerRecord<byte[], byte[]> produced = letter(kafkaRecord(null, null, new RecordHeaders()));
    assertThat(produced.key()).isNull();
    assertThat(produced.value()).isNull();
  }
}
