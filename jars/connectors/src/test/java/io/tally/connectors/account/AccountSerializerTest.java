package io.tally.connectors.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

class AccountSerializerTest {

  @Test
  void theRecordOfAJobHasItsNameAsKey() {
    byte[] account = {'{', '}'};
    ProducerRecord<byte[], byte[]> produced =
        new AccountSerializer("tally-account", "flughäfen").serialize(account, null, 5L);
    assertThat(produced.key()).isEqualTo("flughäfen".getBytes(StandardCharsets.UTF_8));
    assertThat(produced)
        .isEqualTo(
            new ProducerRecord<>("tally-account", null, null, produced.key(), account, null));
  }
}
