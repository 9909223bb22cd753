package io.tally.connectors.late;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.late.Closing.Window;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.Header;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.runtime.typeutils.InternalSerializers;
import org.apache.flink.table.runtime.typeutils.RowDataSerializer;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

class LateRowSerializerTest {

  private static final byte[] VALUE = "{\"käse\":1}".getBytes(StandardCharsets.UTF_8);

  private static final Identity UNKNOWN = new Identity("", -1, -1, -1);

  private static GateSpec gate(Identity identity) {
    WindowSpec windows = new WindowSpec("moment", 0, 0, 0, 0, -1);
    return new GateSpec(7, 0, windows, identity, "umsätze", "shop", "events.late", "gate-7-0");
  }

  /** The record of a late row that went over the wire, as it does between tasks. */
  private static ProducerRecord<byte[], byte[]> produced(Window window, long watermark) {
    return produced(GenericRowData.of(), UNKNOWN, window, watermark);
  }

  private static ProducerRecord<byte[], byte[]> produced(
      RowData row, Identity identity, Window window, long watermark) {
    RowData late = LateRows.of(row, VALUE, gate(identity), window, watermark);
    RowDataSerializer wire =
        InternalSerializers.create((RowType) LateRows.DATA_TYPE.getLogicalType());
    return new LateRowSerializer().serialize(wire.toBinaryRow(late), null, 5L);
  }

  private static void isRecord(ProducerRecord<byte[], byte[]> produced, Header... headers) {
    assertThat(produced.value()).isEqualTo(VALUE);
    assertThat(produced)
        .isEqualTo(
            new ProducerRecord<>(
                "events.late", null, null, null, produced.value(), List.of(headers)));
  }

  private static Header header(String name, String value) {
    return new RecordHeader("tally." + name, value.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void saysWhichWindowHadClosedAndWhen() {
    isRecord(
        produced(Window.of(-10_000, 10_000), 12_000),
        header("table", "shop"),
        header("aggregate", "umsätze"),
        header("window-start", "-10000"),
        header("window-end", "10000"),
        header("watermark", "12000"),
        header("late-by", "2001"));
  }

  @Test
  void leavesOutAWindowThatIsNone() {
    isRecord(
        produced(new Window(null, null, 10_000), 10_000),
        header("table", "shop"),
        header("aggregate", "umsätze"),
        header("watermark", "10000"),
        header("late-by", "0"));
  }

  @Test
  void saysWhichRecordItWasIfThatIsKnown() {
    isRecord(
        produced(
            GenericRowData.of("käse", 3, 5_000_000_000L),
            new Identity("shop", -1, 1, 2),
            new Window(null, null, 10),
            10),
        header("table", "shop"),
        header("aggregate", "umsätze"),
        header("watermark", "10"),
        header("late-by", "0"),
        header("topic", "shop"),
        header("partition", "3"),
        header("offset", "5000000000"));
  }

  @Test
  void saysWhichOfSeveralTopicsItWasIn() {
    assertThat(
            produced(
                    GenericRowData.of(StringData.fromString("second"), 3, 5L),
                    new Identity("first;second", 0, 1, 2),
                    new Window(null, null, 10),
                    10)
                .headers()
                .lastHeader("tally.topic"))
        .isEqualTo(header("topic", "second"));
  }
}
