package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.json.JsonDecoder;
import io.tally.connectors.json.JsonSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/** Of messages with one column. */
class JsonPartTest {

  private static final RowType TYPE =
      (RowType) DataTypes.ROW(DataTypes.FIELD("v", DataTypes.INT())).notNull().getLogicalType();

  private final List<GenericRowData> rows = new ArrayList<>();

  private Fault decode(String part, int width, String message) {
    JsonDecoder decoder = new JsonDecoder(TYPE, new int[] {0}, JsonSettings.defaults());
    return new JsonPart(part, decoder, width)
        .decode(message.getBytes(StandardCharsets.UTF_8), rows);
  }

  @Test
  void makesARow() {
    assertThat(decode("message", 1, "{\"v\": 1}")).isNull();
    assertThat(rows).containsExactly(GenericRowData.of(1));
  }

  @Test
  void saysWhichPartIsWrong() {
    assertThat(decode("key", 1, "{\"v\": 1.5}").text()).startsWith("key: column 'v' at byte 6");
    assertThat(decode("message", 1, "{\"v\": 1.5}").text()).startsWith("column 'v' at byte 6");
  }

  /** Here a row without room for the column; the decoder knows no message that makes it do so. */
  @Test
  void whatTheDecoderDoesNotForeseeIsUndecodable() {
    Fault fault = decode("message", 0, "{\"v\": 1}");
    assertThat(fault.reason()).isEqualTo(Fault.Reason.UNDECODABLE);
    assertThat(fault.text())
        .isEqualTo("the message cannot be decoded: Index 0 out of bounds for length 0");
  }
}
