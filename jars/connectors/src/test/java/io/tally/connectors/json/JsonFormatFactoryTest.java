package io.tally.connectors.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.runtime.connector.source.ScanRuntimeProviderContext;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.utils.TypeConversions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonFormatFactoryTest {

  private static final DataType COLUMNS =
      TypeConversions.fromLogicalToDataType(
          Corpus.type("a INT, b STRING NOT NULL, c TIMESTAMP(3)"));

  private static JsonDecodingFormat format(String... options) {
    Configuration configuration = new Configuration();
    for (int i = 0; i < options.length; i += 2) {
      configuration.setString(options[i], options[i + 1]);
    }
    DecodingFormat<?> format = new JsonFormatFactory().createDecodingFormat(null, configuration);
    return (JsonDecodingFormat) format;
  }

  private static JsonFormatSchema schema(JsonDecodingFormat format, int[]... projections) {
    return format.createRuntimeDecoder(ScanRuntimeProviderContext.INSTANCE, COLUMNS, projections);
  }

  private static byte[] bytes(String message) {
    return message.getBytes(StandardCharsets.UTF_8);
  }

  /** A table of Flink's own connector, found by the names of connector and format. */
  private static ScanTableSource table(DataType column, String... options) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "connector", "kafka",
                "topic", "events",
                "properties.bootstrap.servers", "127.0.0.1:9092",
                "scan.startup.mode", "earliest-offset",
                "format", "tally-json"));
    for (int i = 0; i < options.length; i += 2) {
      all.put(options[i], options[i + 1]);
    }
    ResolvedSchema schema = ResolvedSchema.of(Column.physical("v", column));
    CatalogTable table =
        CatalogTable.newBuilder()
            .schema(Schema.newBuilder().fromResolvedSchema(schema).build())
            .options(all)
            .build();
    return (ScanTableSource)
        FactoryUtil.createDynamicTableSource(
            null,
            ObjectIdentifier.of("c", "d", "t"),
            new ResolvedCatalogTable(table, schema),
            Map.of(),
            new Configuration(),
            JsonFormatFactoryTest.class.getClassLoader(),
            false);
  }

  private static void refusesOption(String option, String value, String text) {
    assertThatThrownBy(() -> table(DataTypes.INT(), "tally-json." + option, value))
        .hasStackTraceContaining(text);
  }

  @Test
  void isFoundByItsName() {
    ScanTableSource source = table(DataTypes.INT(), "tally-json.lenient", "true");
    assertThat(source.getChangelogMode()).isEqualTo(ChangelogMode.insertOnly());
    assertThat(source.getScanRuntimeProvider(ScanRuntimeProviderContext.INSTANCE)).isNotNull();
  }

  @Test
  void readsTheColumnsThatAreWanted() throws IOException {
    JsonFormatSchema schema = schema(format(), new int[] {1}, new int[] {0});
    assertThat(schema.deserialize(bytes("{\"a\":1,\"b\":\"x\"}")))
        .isEqualTo(GenericRowData.of(StringData.fromString("x"), 1));
    assertThat(schema.getProducedType())
        .isEqualTo(InternalTypeInfo.of(Corpus.type("b STRING NOT NULL, a INT").copy(false)));
    assertThat(schema.isEndOfStream(null)).isFalse();
  }

  @Test
  void checksTheOthersAllTheSame() {
    JsonFormatSchema schema = schema(format(), new int[] {0});
    assertThatThrownBy(() -> schema.deserialize(bytes("{\"a\":1}")))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "column 'b' at byte 0: expected STRING NOT NULL, found no such field in this object");
    assertThatThrownBy(() -> schema.deserialize(null))
        .isInstanceOf(IOException.class)
        .hasMessage("at byte 0: expected an object, found no message (null)");
  }

  @Test
  void givesTheDecoderThatTellsTheError() {
    JsonDecoder decoder = schema(format(), new int[] {2}).decoder();
    assertThat(decoder.arity()).isEqualTo(1);
    assertThat(decoder.decode(bytes("{\"a\":1.5}"), new GenericRowData(1)))
        .isEqualTo(
            new DecodeError(
                DecodeError.Kind.UNDECODABLE,
                "column 'a' at byte 5: expected INT, found the number 1.5"));
  }

  @Test
  void goesByItsOptions() throws IOException {
    JsonFormatSchema schema =
        schema(
            format("lenient", "true", "timestamp-format.standard", "epoch-millis"),
            new int[] {0},
            new int[] {2});
    assertThat(schema.deserialize(bytes("{\"a\":\"1\",\"b\":2,\"c\":0}")).getTimestamp(1, 3))
        .hasToString("1970-01-01T00:00");
    assertThatThrownBy(() -> schema(format("max-size", "1 bytes")).deserialize(bytes("{}")))
        .hasMessage("at byte 0: expected at most 1 bytes (max-size), found 2 bytes");
    assertThatThrownBy(() -> schema(format("max-depth", "1")).deserialize(bytes("{\"x\":[]}")))
        .hasMessage(
            "at byte 5: expected at most 1 objects and arrays open (max-depth), found one more");
  }

  @Test
  void refusesWrongOptions() {
    refusesOption("max-depth", "0", "option 'max-depth' must be 1 to 1000, not 0");
    refusesOption("max-depth", "1001", "option 'max-depth' must be 1 to 1000, not 1001");
    refusesOption(
        "max-depth", "deep", "Could not parse value 'deep' for key 'tally-json.max-depth'");
    refusesOption("max-size", "0 bytes", "option 'max-size' must be 1 to 67108864 bytes, not 0");
    refusesOption(
        "max-size", "65 mb", "option 'max-size' must be 1 to 67108864 bytes, not 68157440");
    refusesOption("lenient", "a bit", "Could not parse value 'a bit' for key 'tally-json.lenient'");
    refusesOption(
        "timestamp-format.standard",
        "EPOCH",
        "Expected one of: [[SQL, ISO-8601, EPOCH-SECONDS, EPOCH-MILLIS, EPOCH-MICROS]]");
    refusesOption("ignore-parse-errors", "true", "tally-json.ignore-parse-errors");
  }

  @Test
  void saysWhatEachOptionIs() {
    assertThat(new JsonFormatFactory().optionalOptions())
        .extracting(option -> option.key())
        .containsExactlyInAnyOrder("timestamp-format.standard", "lenient", "max-depth", "max-size");
    assertThat(JsonOptions.ALL).noneMatch(option -> option.description() == null);
    assertThat(JsonSettings.defaults())
        .isEqualTo(new JsonSettings(TimestampFormat.SQL, false, 64, 1 << 20));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INTERVAL YEAR | v | INTERVAL YEAR(2) | BIGINT or STRING, and work it out in the query",
        "INTERVAL DAY | v | INTERVAL DAY(2) | BIGINT or STRING, and work it out in the query",
        "MULTISET<STRING> | v | MULTISET<STRING> | MAP<STRING, INT>",
        "TIMESTAMP(3) WITH TIME ZONE | v | TIMESTAMP(3) WITH TIME ZONE | TIMESTAMP_LTZ",
        "VARIANT | v | VARIANT | STRING or BYTES",
        "MAP<INT, INT> | v | MAP<INT, INT> | MAP<STRING, ...>, as JSON's names are strings",
        "ARRAY<ROW<`x` INTERVAL DAY>> | v.x | INTERVAL DAY(2)"
            + " | BIGINT or STRING, and work it out in the query"
      })
  void refusesTypesItDoesNotRead(String type, String path, String name, String instead) {
    LogicalType column = Corpus.type("v " + type).getTypeAt(0);
    ScanTableSource source = table(TypeConversions.fromLogicalToDataType(column));
    assertThatThrownBy(() -> source.getScanRuntimeProvider(ScanRuntimeProviderContext.INSTANCE))
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            "column '%s' is %s, which format 'tally-json' does not read%nhint: declare it as %s",
            path, name, instead);
  }
}
