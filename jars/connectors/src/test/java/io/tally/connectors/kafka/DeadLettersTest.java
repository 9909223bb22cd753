package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.account.MeterHarness;
import io.tally.connectors.account.ReadMeter;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadLettersTest {

  private static final RowType ROWS =
      (RowType) DataTypes.ROW(DataTypes.FIELD("letter", DeadLetters.TYPE)).getLogicalType();

  @ParameterizedTest
  @EnumSource
  void areCountedByTheReasonThatTheyAreWrittenWith(Fault.Reason reason) throws Exception {
    ConsumerRecord<byte[], byte[]> read = new ConsumerRecord<>("shop", 3, 12, null, new byte[0]);
    try (MeterHarness meter = MeterHarness.open(new ReadMeter("read-1", -1, -1, 0, null), ROWS)) {
      meter.row(GenericRowData.of(DeadLetters.letter(read, new Fault(reason, "text"))));
      String counted = reason == Fault.Reason.SKIPPED ? "skipped" : "dead/" + reason;
      assertThat(meter.counts()).containsOnlyKeys("read", counted).containsEntry(counted, 1L);
    }
  }
}
