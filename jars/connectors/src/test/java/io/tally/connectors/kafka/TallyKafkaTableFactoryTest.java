package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.lost.LossPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.connectors.kafka.table.KafkaDynamicTableFactory;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.factories.FactoryUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TallyKafkaTableFactoryTest {

  private static final ResolvedSchema SCHEMA =
      ResolvedSchema.of(Column.physical("v", DataTypes.BIGINT()));

  private static ResolvedCatalogTable table(String... options) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "connector", "tally-kafka",
                "topic", "events",
                "properties.bootstrap.servers", "127.0.0.1:9092",
                "format", "json"));
    for (int i = 0; i < options.length; i += 2) {
      all.put(options[i], options[i + 1]);
    }
    CatalogTable table =
        CatalogTable.newBuilder()
            .schema(Schema.newBuilder().fromResolvedSchema(SCHEMA).build())
            .options(all)
            .build();
    return new ResolvedCatalogTable(table, SCHEMA);
  }

  private static DynamicTableSource source(ResolvedCatalogTable table) {
    return FactoryUtil.createDynamicTableSource(
        null,
        ObjectIdentifier.of("c", "d", "t"),
        table,
        Map.of(),
        new Configuration(),
        TallyKafkaTableFactoryTest.class.getClassLoader(),
        false);
  }

  @Test
  void makesOurSourceWithTheAbilitiesOfFlinks() {
    DynamicTableSource source = source(table());
    assertThat(source)
        .isInstanceOf(TallyKafkaSource.class)
        .isInstanceOf(SupportsWatermarkPushDown.class)
        .isInstanceOfSatisfying(
            SupportsReadingMetadata.class,
            reading -> reading.listReadableMetadata().keySet().forEach(KafkaMetadata::of));
  }

  @Test
  void copiesWithAllThatWasApplied() {
    TallyKafkaSource source =
        (TallyKafkaSource)
            source(table("scan.bounded.mode", "latest-offset", "scan.parallelism", "3"));
    source.applyReadableMetadata(
        List.of("offset"),
        DataTypes.ROW(
            DataTypes.FIELD("v", DataTypes.BIGINT()),
            DataTypes.FIELD("offset", DataTypes.BIGINT())));
    assertThat(source.copy()).isInstanceOf(TallyKafkaSource.class).isEqualTo(source);
  }

  @Test
  void takesTheOptionsOfKafka() {
    TallyKafkaTableFactory ours = new TallyKafkaTableFactory();
    KafkaDynamicTableFactory flinks = new KafkaDynamicTableFactory();
    assertThat(ours.requiredOptions()).isEqualTo(flinks.requiredOptions());
    assertThat(ours.optionalOptions())
        .containsAll(flinks.optionalOptions())
        .containsAll(SourceGuard.options())
        .containsAll(LossPolicy.options())
        .containsAll(SourceClock.options())
        .hasSize(flinks.optionalOptions().size() + 4 + 3 + 1);
    assertThatThrownBy(() -> source(table("scan.startup.mod", "earliest-offset")))
        .hasStackTraceContaining("Unsupported options:\n\nscan.startup.mod");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "dead-letter.max-share | 1.5 | option 'dead-letter.max-share' is 1.5; it must be from 0 to 1",
        "dead-letter.max-share | NaN | option 'dead-letter.max-share' is NaN; it must be from 0 to 1",
        "dead-letter.deletions | drop | option 'dead-letter.deletions' is 'drop'; it must be dead or skip",
        "event-time.max-ahead | -1 s | Could not parse value '-1 s' for key 'event-time.max-ahead'.",
      })
  void refusesAGuardThatIsNone(String option, String value, String text) {
    assertThatThrownBy(() -> source(table(option, value))).hasStackTraceContaining(text);
  }

  @Test
  void refusesToBeWrittenTo() {
    assertThatThrownBy(
            () ->
                FactoryUtil.createDynamicTableSink(
                    null,
                    ObjectIdentifier.of("c", "d", "t"),
                    table(),
                    Map.of(),
                    new Configuration(),
                    TallyKafkaTableFactoryTest.class.getClassLoader(),
                    false))
        .rootCause()
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            "a table with 'connector' = 'tally-kafka' can be read only;"
                + " write with 'kafka' or 'upsert-kafka'");
  }
}
