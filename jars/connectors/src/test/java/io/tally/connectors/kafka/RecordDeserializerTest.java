package io.tally.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.kafka.RecordDeserializer.Parts;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.formats.common.TimestampFormat;
import org.apache.flink.formats.json.JsonRowDataDeserializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.record.TimestampType;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With Flink's own JSON format, over messages of the form {"v": 1}. */
class RecordDeserializerTest {

  private static final TypeInformation<RowData> TYPE = TypeInformation.of(RowData.class);
  private static final RowLayout PLAIN = new RowLayout(1, new int[0], new int[] {0}, List.of());

  private static DeserializationSchema<RowData> json(String field) {
    RowType type =
        (RowType) DataTypes.ROW(DataTypes.FIELD(field, DataTypes.BIGINT())).getLogicalType();
    return new JsonRowDataDeserializationSchema(type, TYPE, false, false, TimestampFormat.SQL);
  }

  private static FormatDecoder part(String name, String field, boolean exactlyOneRow) {
    RowType type =
        (RowType) DataTypes.ROW(DataTypes.FIELD(field, DataTypes.BIGINT())).getLogicalType();
    return new FormatDecoder(name, json(field), type, exactlyOneRow);
  }

  private static RecordDeserializer deserializer(
      PartDecoder key, PartDecoder value, RowLayout layout) throws Exception {
    return deserializer(key, value, layout, 1, Deletions.DEAD);
  }

  private static RecordDeserializer deserializer(
      PartDecoder key, PartDecoder value, RowLayout layout, double maxShare, Deletions deletions)
      throws Exception {
    List<LogicalType> types = Collections.nCopies(layout.arity(), new BigIntType(false));
    Parts parts = new Parts(key, value, false, types);
    SourceGuard guard = new SourceGuard("events", Duration.ofHours(1), maxShare, deletions);
    RecordDeserializer deserializer = new RecordDeserializer(parts, layout, null, guard, TYPE);
    deserializer.open(new OpeningContext());
    return deserializer;
  }

  private static RecordDeserializer skipping(double maxShare, KafkaMetadata... metadata)
      throws Exception {
    RowLayout layout = new RowLayout(1, new int[0], new int[] {0}, List.of(metadata));
    return deserializer(null, part("message", "v", true), layout, maxShare, Deletions.SKIP);
  }

  private static RecordDeserializer values(boolean exactlyOneRow) throws Exception {
    return deserializer(null, part("message", "v", exactlyOneRow), PLAIN);
  }

  private static ConsumerRecord<byte[], byte[]> kafkaRecord(String key, String value) {
    RecordHeaders headers = new RecordHeaders();
    headers.add("h", new byte[] {1});
    return new ConsumerRecord<>(
        "events",
        3,
        12,
        1_000,
        TimestampType.CREATE_TIME,
        0,
        0,
        bytes(key),
        bytes(value),
        headers,
        Optional.of(7));
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<RowData> rows(
      RecordDeserializer deserializer, ConsumerRecord<byte[], byte[]> kafkaRecord)
      throws Exception {
    List<RowData> rows = new ArrayList<>();
    deserializer.deserialize(
        kafkaRecord,
        new Collector<>() {
          @Override
          public void collect(RowData row) {
            rows.add(row);
          }

          @Override
          public void close() {}
        });
    return rows;
  }

  @Test
  void makesOneRowOfAMessage() throws Exception {
    assertThat(rows(values(true), kafkaRecord(null, "{\"v\": 1}")))
        .containsExactly(GenericRowData.of(1L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "null message",
      value = {
        "null message | the message is null",
        "`` | the message is empty",
        "[] | the message holds no row",
        "[{},{}] | the message holds 2 rows, not one",
        "{bad | Unexpected character ('b' (code 98)): was expecting double-quote to start field name",
        "{\"v\": \"x\"} | Fail to deserialize at field: v: For input string: \"x\"",
      })
  void failsForGoodOnAMessageThatIsNotOneRow(String message, String reason) throws Exception {
    RecordDeserializer deserializer = values(true);
    assertThatThrownBy(() -> rows(deserializer, kafkaRecord(null, message)))
        .isInstanceOf(UndecodableRecordException.class)
        .hasMessage("undecodable record: topic 'events', partition 3, offset 12: " + reason)
        .satisfies(
            error ->
                assertThat(ThrowableClassifier.getThrowableType(error))
                    .isEqualTo(ThrowableType.NonRecoverableError));
  }

  @Test
  void goesOnAfterARecordThatFailed() throws Exception {
    RecordDeserializer deserializer = values(true);
    assertThatThrownBy(() -> rows(deserializer, kafkaRecord(null, "[{},{}]")));
    assertThat(rows(deserializer, kafkaRecord(null, "{\"v\": 2}")))
        .containsExactly(GenericRowData.of(2L));
  }

  @Test
  void cutsALongReason() throws Exception {
    DeserializationSchema<RowData> failing = new FailingFormat("x".repeat(10_000));
    RowType type = RowType.of(new BigIntType());
    RecordDeserializer deserializer =
        deserializer(null, new FormatDecoder("message", failing, type, true), PLAIN);
    assertThatThrownBy(() -> rows(deserializer, kafkaRecord(null, "m")))
        .hasMessageEndingWith("offset 12: " + "x".repeat(500) + "...");
  }

  @Test
  void takesAnyNumberOfRowsFromAChangelogFormat() throws Exception {
    RecordDeserializer deserializer = values(false);
    assertThat(rows(deserializer, kafkaRecord(null, null))).isEmpty();
    assertThat(rows(deserializer, kafkaRecord(null, "[{\"v\":1},{\"v\":2}]")))
        .containsExactly(GenericRowData.of(1L), GenericRowData.of(2L));
  }

  @Test
  void putsKeyMessageAndMetadataInTheirPlaces() throws Exception {
    RowLayout layout =
        new RowLayout(2, new int[] {1}, new int[] {0}, List.of(KafkaMetadata.values()));
    RecordDeserializer deserializer =
        deserializer(part("key", "k", true), part("message", "v", true), layout);
    RowData row = rows(deserializer, kafkaRecord("{\"k\": 5}", "{\"v\": 6}")).get(0);
    assertThat(row.getArity()).isEqualTo(10);
    assertThat(row.getLong(0)).isEqualTo(6);
    assertThat(row.getLong(1)).isEqualTo(5);
    assertThat(row.getString(2)).isEqualTo(StringData.fromString("events"));
    assertThat(row.getInt(3)).isEqualTo(3);
    MapData headers = row.getMap(4);
    assertThat(headers.keyArray().getString(0)).isEqualTo(StringData.fromString("h"));
    assertThat(headers.valueArray().getBinary(0)).containsExactly(1);
    assertThat(row.getInt(5)).isEqualTo(7);
    assertThat(row.getLong(6)).isEqualTo(12);
    assertThat(row.getTimestamp(7, 3)).isEqualTo(TimestampData.fromEpochMillis(1_000));
    assertThat(row.getString(8)).isEqualTo(StringData.fromString("CreateTime"));
    assertThat(row.isNullAt(9)).isTrue();
  }

  @Test
  void failsForGoodOnAKeyThatIsNotThere() throws Exception {
    RecordDeserializer deserializer =
        deserializer(
            part("key", "k", true),
            part("message", "v", true),
            new RowLayout(2, new int[] {1}, new int[] {0}, List.of()));
    assertThatThrownBy(() -> rows(deserializer, kafkaRecord(null, "{\"v\": 6}")))
        .isInstanceOf(UndecodableRecordException.class)
        .hasMessage("undecodable record: topic 'events', partition 3, offset 12: the key is null");
  }

  @Test
  void putsARecordThatIsNoRowIntoItsDeadLetter() throws Exception {
    RowLayout layout =
        new RowLayout(
            1, new int[0], new int[] {0}, List.of(KafkaMetadata.OFFSET, KafkaMetadata.DEAD_LETTER));
    RecordDeserializer deserializer = deserializer(null, part("message", "v", true), layout);

    RowData row = rows(deserializer, kafkaRecord("k", "{bad")).get(0);

    // The column is NOT NULL, so nobody looks whether it is null.
    assertThat(row.getLong(0)).isZero();
    assertThat(row.getLong(1)).isEqualTo(12);
    RowData letter = row.getRow(2, DeadLetters.FIELDS);
    assertThat(letter.getBinary(DeadLetters.KEY)).isEqualTo(bytes("k"));
    assertThat(letter.getBinary(DeadLetters.VALUE)).isEqualTo(bytes("{bad"));
    assertThat(letter.getString(DeadLetters.TOPIC)).hasToString("events");
    assertThat(letter.getInt(DeadLetters.PARTITION)).isEqualTo(3);
    assertThat(letter.getLong(DeadLetters.OFFSET)).isEqualTo(12);
    assertThat(letter.getLong(DeadLetters.TIMESTAMP)).isEqualTo(1_000);
    assertThat(letter.getString(DeadLetters.REASON)).hasToString("undecodable");
    assertThat(letter.getString(DeadLetters.ERROR)).asString().startsWith("Unexpected character");
    assertThat(rows(deserializer, kafkaRecord("k", "{\"v\": 1}")))
        .containsExactly(GenericRowData.of(1L, 12L, null));
  }

  @Test
  void aNullInAColumnThatIsNotNullIsAFault() throws Exception {
    RowType type = RowType.of(new LogicalType[] {new BigIntType(false)}, new String[] {"v"});
    RecordDeserializer deserializer =
        deserializer(null, new FormatDecoder("message", json("v"), type, true), PLAIN);
    assertThatThrownBy(() -> rows(deserializer, kafkaRecord(null, "{}")))
        .hasMessageEndingWith("offset 12: column 'v' is null, and declared NOT NULL");
  }

  @Test
  void aDeletionIsADeadLetterUnlessTheSourceSkipsIt() throws Exception {
    RowLayout layout =
        new RowLayout(1, new int[0], new int[] {0}, List.of(KafkaMetadata.DEAD_LETTER));
    RecordDeserializer deserializer = deserializer(null, part("message", "v", true), layout);
    assertThat(said(rows(deserializer, kafkaRecord("k", null)), 1))
        .isEqualTo("undecodable: the message is null");
  }

  @Test
  void aDeletionThatIsSkippedIsARowWithALetterThatSaysSo() throws Exception {
    RecordDeserializer deserializer = skipping(1, KafkaMetadata.OFFSET, KafkaMetadata.DEAD_LETTER);

    List<RowData> rows = rows(deserializer, kafkaRecord("k", null));

    assertThat(said(rows, 2)).isEqualTo("skipped: the message is null: a deletion");
    assertThat(rows.get(0).getLong(0)).isZero();
    assertThat(rows.get(0).getLong(1)).isEqualTo(12);
    RowData letter = rows.get(0).getRow(2, DeadLetters.FIELDS);
    assertThat(letter.getBinary(DeadLetters.KEY)).isEqualTo(bytes("k"));
    assertThat(letter.isNullAt(DeadLetters.VALUE)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      nullValues = "none",
      value = {
        "none | none | undecodable: the message is null",
        "k | `` | undecodable: the message is empty",
        "k | {} | none",
        "`` | none | skipped: the message is null: a deletion",
      })
  void onlyANullMessageWithAKeyIsADeletion(String key, String value, String said) throws Exception {
    RecordDeserializer deserializer = skipping(1, KafkaMetadata.DEAD_LETTER);
    assertThat(said(rows(deserializer, kafkaRecord(key, value)), 1)).isEqualTo(said);
  }

  @Test
  void aDeletionThatIsSkippedIsNotDecoded() throws Exception {
    RowLayout layout =
        new RowLayout(2, new int[] {1}, new int[] {0}, List.of(KafkaMetadata.DEAD_LETTER));
    RecordDeserializer deserializer =
        deserializer(part("key", "k", true), part("message", "v", true), layout, 1, Deletions.SKIP);
    assertThat(said(rows(deserializer, kafkaRecord("{bad", null)), 2))
        .isEqualTo("skipped: the message is null: a deletion");
  }

  @Test
  void deletionsThatAreSkippedAreNeitherDeadNorAmongTheRecordsOfTheShare() throws Exception {
    RecordDeserializer deserializer = skipping(0.5, KafkaMetadata.DEAD_LETTER);
    for (int i = 0; i < RecentShare.FROM; i++) {
      assertThat(rows(deserializer, kafkaRecord("k", null))).hasSize(1);
    }
    for (int i = 1; i < RecentShare.FROM; i++) {
      rows(deserializer, kafkaRecord("k", "{bad"));
    }
    assertThatThrownBy(() -> rows(deserializer, kafkaRecord("k", "{bad")))
        .isInstanceOf(TooManyDeadLettersException.class)
        .hasMessageStartingWith("too many dead letters: 1000 of the last 1000 records");
  }

  @Test
  void aDeletionThatIsSkippedIsNoRowForAQueryThatReadsNoLetters() throws Exception {
    assertThat(rows(skipping(1), kafkaRecord("k", null))).isEmpty();
  }

  /** Reason and text of the letter of the only row; null if it has none. */
  private static String said(List<RowData> rows, int position) {
    assertThat(rows).hasSize(1);
    if (rows.get(0).isNullAt(position)) {
      return null;
    }
    RowData letter = rows.get(0).getRow(position, DeadLetters.FIELDS);
    return letter.getString(DeadLetters.REASON) + ": " + letter.getString(DeadLetters.ERROR);
  }

  /** Fails on every message. */
  private record FailingFormat(String text) implements DeserializationSchema<RowData> {
    @Override
    public RowData deserialize(byte[] message) {
      throw new IllegalArgumentException(text);
    }

    @Override
    public boolean isEndOfStream(RowData row) {
      return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
      return TYPE;
    }
  }
}
