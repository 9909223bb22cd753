package io.tally.connectors.refused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.account.MeterHarness;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

/** Rows of a key, a number that is NOT NULL, and a text. */
class ResultGuardTest {

  private static final RowType TYPE =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("k", DataTypes.STRING().notNull()),
                  DataTypes.FIELD("n", DataTypes.BIGINT().notNull()),
                  DataTypes.FIELD("text", DataTypes.STRING()))
              .getLogicalType();

  /** Holds no text of several letters, and no key with a question mark; judges every row. */
  private record Short(String sink, int plainBytes) implements RowJudge {

    @Override
    public void open(SerializationSchema.InitializationContext context) {}

    @Override
    public String refusal(RowData row) {
      if (row.getString(0).toString().contains("?")) {
        return "no question";
      }
      boolean isDelete =
          row.getRowKind() == RowKind.DELETE || row.getRowKind() == RowKind.UPDATE_BEFORE;
      boolean isLong = !isDelete && !row.isNullAt(2) && row.getString(2).toString().length() > 1;
      return isLong ? "too long" : null;
    }
  }

  private static MeterHarness open(double maxShare, RowJudge... judges) throws Exception {
    GuardSpec spec =
        new GuardSpec("a", "a.refused", "guard-1", List.of(), List.of("k"), maxShare, List.of());
    return MeterHarness.open(new ResultGuard(spec, TYPE, List.of(judges)), TYPE);
  }

  private static MeterHarness open() throws Exception {
    return open(1, new Short("one", -1));
  }

  private static RowData row(RowKind kind, String key, Long number, String text) {
    return GenericRowData.ofKind(kind, string(key), number, string(text));
  }

  private static StringData string(String text) {
    return text == null ? null : StringData.fromString(text);
  }

  private static List<String> passed(MeterHarness guard) {
    return guard.rows().stream()
        .map(
            row ->
                "%s %s %d %s"
                    .formatted(
                        row.getRowKind().shortString(),
                        row.getString(0),
                        row.getLong(1),
                        row.isNullAt(2) ? null : row.getString(2)))
        .toList();
  }

  private static List<String> refused(MeterHarness guard) {
    return guard.side(ResultGuard.REFUSED).stream().map(ResultGuardTest::written).toList();
  }

  private static String written(RowData row) {
    ProducerRecord<byte[], byte[]> made = new RefusedRowSerializer().serialize(row, null, null);
    assertThat(made.topic()).isEqualTo("a.refused");
    List<String> headers =
        StreamSupport.stream(made.headers().spliterator(), false)
            .map(header -> header.key() + "=" + text(header.value()))
            .toList();
    return text(made.key()) + " " + text(made.value()) + " " + String.join(", ", headers);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void aRowThatASinkCannotHoldIsADeleteOfItsKeyAndIsTold() throws Exception {
    try (MeterHarness guard = open()) {
      guard
          .row(row(RowKind.INSERT, "k", 1L, "a"))
          .row(row(RowKind.UPDATE_AFTER, "k", 2L, "ab"))
          .row(row(RowKind.UPDATE_AFTER, "k", 3L, null));
      assertThat(passed(guard)).containsExactly("+I k 1 a", "-D k 0 null", "+U k 3 null");
      assertThat(refused(guard))
          .containsExactly(
              "{\"k\":\"k\"} {\"k\":\"k\",\"n\":2,\"text\":\"ab\"} tally.aggregate=a,"
                  + " tally.sinks=one, tally.reason=one: too long, tally.deleted=true");
      assertThat(guard.counts()).isEqualTo(Map.of("rows", 3L, "refused", 1L));
      assertThat(guard.counter("numRefusedRows")).isEqualTo(1);
    }
  }

  @Test
  void ofAKeyThatNoSinkCanHoldNothingGoesOn() throws Exception {
    try (MeterHarness guard = open()) {
      guard
          .row(row(RowKind.INSERT, "?", 1L, "a"))
          .row(row(RowKind.UPDATE_BEFORE, "?", 1L, "a"))
          .row(row(RowKind.DELETE, "?", 1L, "a"));
      assertThat(passed(guard)).isEmpty();
      assertThat(refused(guard))
          .containsExactly(
              "{\"k\":\"?\"} {\"k\":\"?\",\"n\":1,\"text\":\"a\"} tally.aggregate=a,"
                  + " tally.sinks=one, tally.reason=one: no question, tally.deleted=false");
      assertThat(guard.counts()).isEqualTo(Map.of("rows", 1L, "refused", 1L));
    }
  }

  @Test
  void aDeleteIsJudgedByItsKeyAlone() throws Exception {
    try (MeterHarness guard = open()) {
      guard
          .row(row(RowKind.UPDATE_BEFORE, "k", 1L, "long"))
          .row(row(RowKind.DELETE, "k", 1L, "long"));
      assertThat(passed(guard)).containsExactly("-U k 1 long", "-D k 1 long");
      assertThat(refused(guard)).isEmpty();
    }
  }

  @Test
  void aNullWhereNoneMayBeIsRefused() throws Exception {
    try (MeterHarness guard = open()) {
      guard
          .row(row(RowKind.INSERT, "k", null, "a"))
          .row(row(RowKind.INSERT, null, 1L, "a"))
          .row(row(RowKind.DELETE, null, 1L, "a"));
      assertThat(passed(guard)).containsExactly("-D k 0 null");
      assertThat(refused(guard))
          .containsExactly(
              "{\"k\":\"k\"} {\"k\":\"k\",\"n\":null,\"text\":\"a\"} tally.aggregate=a,"
                  + " tally.sinks=row, tally.reason=row: column n is null, and NOT NULL by the"
                  + " query, tally.deleted=true",
              "{\"k\":null} {\"k\":null,\"n\":1,\"text\":\"a\"} tally.aggregate=a,"
                  + " tally.sinks=row, tally.reason=row: key column k is null,"
                  + " tally.deleted=false");
    }
  }

  /** A Python function's operator names what it puts out f0, f1, and knows of no NOT NULL. */
  @Test
  void columnsAreThoseOfTheQuery() throws Exception {
    GuardSpec spec =
        GuardSpec.of(
            "{\"columns\": [{\"name\": \"k\", \"nullable\": false}, {\"name\": \"v\", \"nullable\": true}]}");
    RowType put = RowType.of(DataTypes.STRING().getLogicalType(), DataTypes.INT().getLogicalType());
    assertThat(spec.named(put).asSummaryString()).isEqualTo("ROW<`k` STRING NOT NULL, `v` INT>");
  }

  @Test
  void eachSinkThatCannotHoldARowIsNamed() throws Exception {
    try (MeterHarness guard = open(1, new Short("one", -1), new Short("two", 10))) {
      guard.row(row(RowKind.INSERT, "k", 1L, "long"));
      assertThat(refused(guard).get(0))
          .contains(
              "tally.sinks=one, two, tally.reason=one: too long; two: too long, tally.deleted");
    }
  }

  @Test
  void rowsThatAnySinkHoldsAreNotJudged() throws Exception {
    try (MeterHarness guard = open(1, new Short("one", 10))) {
      guard.row(row(RowKind.INSERT, "k?", 1L, "long"));
      assertThat(passed(guard)).containsExactly("+I k? 1 long");
    }
  }

  @Test
  void whatIsTooLargeForTheTopicIsCutAndSaysSo() throws Exception {
    try (MeterHarness guard = open()) {
      guard.row(row(RowKind.INSERT, "k", 1L, "x".repeat(40 << 20)));
      RowData refused = guard.side(ResultGuard.REFUSED).get(0);
      assertThat(refused.getBinary(RefusedRows.VALUE)).hasSize(32 << 20);
      assertThat(written(refused)).endsWith(", tally.size=" + ((40 << 20) + 25));
    }
  }

  @Test
  void aShareAboveTheLimitFailsForGood() throws Exception {
    try (MeterHarness guard = open(0.05, new Short("one", -1))) {
      for (int i = 0; i < 950; i++) {
        guard.row(row(RowKind.INSERT, "k", 1L, "a"));
      }
      for (int i = 0; i < 50; i++) {
        guard.row(row(RowKind.INSERT, "k", 1L, "long"));
      }
      assertThatThrownBy(() -> guard.row(row(RowKind.INSERT, "k", 1L, "long")))
          .hasMessage(
              "too many refused rows: 51 of the last 1001 rows of aggregate 'a', more than the share"
                  + " of 0.05 that 'refused.max-share' allows; the last one, key {\"k\":\"k\"}: one:"
                  + " too long")
          .satisfies(
              error ->
                  assertThat(ThrowableClassifier.getThrowableType(error))
                      .isEqualTo(ThrowableType.NonRecoverableError));
    }
  }
}
