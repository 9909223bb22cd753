package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryEncoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.EncoderFactory;
import org.apache.flink.formats.avro.AvroFormatOptions.AvroEncoding;
import org.apache.flink.formats.avro.AvroRowDataDeserializationSchema;
import org.apache.flink.formats.avro.typeutils.AvroSchemaConverter;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the schema and the values of Flink's own format, whose private parts are read. */
class AvroPartTest {

  private static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("s", DataTypes.STRING().notNull()),
                  DataTypes.FIELD("b", DataTypes.BYTES().notNull()),
                  DataTypes.FIELD("a", DataTypes.ARRAY(DataTypes.INT().notNull()).notNull()),
                  DataTypes.FIELD(
                      "m",
                      DataTypes.MAP(DataTypes.STRING().notNull(), DataTypes.BIGINT().notNull())
                          .notNull()),
                  DataTypes.FIELD("t", DataTypes.BOOLEAN()))
              .notNull()
              .getLogicalType();

  private static final GenericRowData ROW =
      GenericRowData.of(
          StringData.fromString("s"),
          new byte[] {7},
          new GenericArrayData(new Object[] {1, 2}),
          new GenericMapData(Map.of(StringData.fromString("k"), 3L)),
          true);

  private final List<GenericRowData> rows = new ArrayList<>();
  private PartDecoder decoder;

  @BeforeEach
  void open() throws Exception {
    var format = new AvroRowDataDeserializationSchema(TYPE, TypeInformation.of(RowData.class));
    assertThat(FlinkFormats.isBinaryAvro(format)).isTrue();
    decoder = InstantiationUtil.clone(FlinkFormats.avro("message", format));
    decoder.open(new OpeningContext());
  }

  private static byte[] good() throws IOException {
    Schema schema = AvroSchemaConverter.convertToSchema(TYPE);
    GenericRecord values = new GenericData.Record(schema);
    values.put("s", "s");
    values.put("b", ByteBuffer.wrap(new byte[] {7}));
    values.put("a", List.of(1, 2));
    values.put("m", Map.of("k", 3L));
    values.put("t", true);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(written, null);
    new GenericDatumWriter<GenericRecord>(schema).write(values, encoder);
    encoder.flush();
    return written.toByteArray();
  }

  private String fault(byte[] message) {
    rows.clear();
    Fault fault = decoder.decode(message, rows);
    return fault == null ? null : fault.text();
  }

  @Test
  void makesTheRowThatFlinkMakes() throws Exception {
    assertThat(fault(good())).isNull();
    assertThat(rows).containsExactly(ROW);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "feffffff0f | a length of 2147483647 beyond the message's end",
        "01 | a length of -1 beyond the message's end",
        "02ff | a string that is not UTF-8",
        "0273 feffffff0f | a length of 2147483647 beyond the message's end",
        "0273 00 80d0acf30e 02 | a length of 2000000000 beyond the message's end",
        "0273 00 02 02 04 02 | a length of 2 beyond the message's end",
        "0273 00 00 80d0acf30e | a length of 2000000000 beyond the message's end",
        "0273 00 00 02 026b 02 04 02 | a length of 2 beyond the message's end",
        "0273 00 00 00 04 | Index 2 out of bounds for length 2",
      })
  void refusesWhatCannotBe(String message, String text) {
    assertThat(fault(HexFormat.of().parseHex(message.replace(" ", ""))))
        .isEqualTo("the message is no such Avro record: " + text);
  }

  @Test
  void everyMessageThatEndsTooEarlyOrTooLateIsRefusedAndTheNextOneIsDecoded() throws Exception {
    byte[] good = good();
    for (int length = 0; length < 2 * good.length; length++) {
      byte[] message = Arrays.copyOf(good, length);
      assertThat(fault(message) == null).as("%d bytes", length).isEqualTo(length == good.length);
      assertThat(fault(good)).isNull();
      assertThat(rows).containsExactly(ROW);
    }
  }

  @Test
  void anyBytesAreOneRowOrAFaultAndTheNextMessageIsDecoded() throws Exception {
    Random random = new Random(1);
    byte[] good = good();
    for (int i = 0; i < 20_000; i++) {
      byte[] message = new byte[1 + random.nextInt(30)];
      random.nextBytes(message);
      assertThat(fault(message) == null ? rows.size() : 1).isEqualTo(1);
      assertThat(fault(good)).isNull();
      assertThat(rows).containsExactly(ROW);
    }
  }

  @Test
  void saysWhatIsNotThere() {
    assertThat(fault(null)).isEqualTo("the message is null");
    assertThat(fault(new byte[0])).isEqualTo("the message is empty");
    assertThat(fault(new byte[] {2}))
        .isEqualTo("the message is no such Avro record: a length of 1 beyond the message's end");
    assertThat(fault(new byte[] {0})).isEqualTo("the message ends within its Avro record");
  }

  @Test
  void avroInJsonIsLeftToFlinksFormat() {
    assertThat(
            FlinkFormats.isBinaryAvro(
                new AvroRowDataDeserializationSchema(
                    TYPE, TypeInformation.of(RowData.class), AvroEncoding.JSON)))
        .isFalse();
  }
}
