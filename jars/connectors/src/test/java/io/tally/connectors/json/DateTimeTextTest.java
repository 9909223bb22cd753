package io.tally.connectors.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;

/** Dates and times against those of the JDK. */
class DateTimeTextTest {

  private static final int CASES = 50_000;
  private static final long FIRST_SECOND = -62_135_596_800L;
  private static final long LAST_SECOND = 253_402_300_799L;

  private final Random random = new Random(20130131);

  private static Text text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    Text text = new Text();
    text.set(bytes, 0, bytes.length);
    return text;
  }

  /** Each last day of a month, and those behind it that there are or are not. */
  @Test
  void knowsTheCalendar() {
    DateTimeText parts = new DateTimeText();
    for (int year = 1; year <= 9999; year++) {
      for (int month = 1; month <= 12; month++) {
        for (int day = 28; day <= 31; day++) {
          byte[] date = digits(year, month, day);
          Text text = new Text();
          text.set(date, 0, date.length);
          Object read = parts.start(text).date().isWhole() ? (Object) parts.epochDay() : "no date";
          assertThat(read).isEqualTo(epochDay(year, month, day));
        }
      }
    }
  }

  private static byte[] digits(int year, int month, int day) {
    String digits = Integer.toString(year * 10_000 + month * 100 + day + 1_000_000_000);
    return (digits.substring(2, 6) + "-" + digits.substring(6, 8) + "-" + digits.substring(8))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static Object epochDay(int year, int month, int day) {
    try {
      return (int) LocalDate.of(year, month, day).toEpochDay();
    } catch (DateTimeException e) {
      return "no date";
    }
  }

  private LocalDateTime any(int digits) {
    long second = FIRST_SECOND + (long) (random.nextDouble() * (LAST_SECOND - FIRST_SECOND));
    int unit = (int) Math.pow(10, 9.0 - digits);
    int nanos = random.nextInt(1_000_000_000 / unit) * unit;
    return LocalDateTime.ofEpochSecond(second, nanos, ZoneOffset.UTC);
  }

  private static Object decode(JsonDecoder decoder, Object json) {
    GenericRowData row = new GenericRowData(1);
    byte[] message = "{\"t\":%s}".formatted(json).getBytes(StandardCharsets.UTF_8);
    DecodeError error = decoder.decode(message, row);
    return error == null ? row.getField(0) : error.text();
  }

  private static JsonDecoder decoder(String type, TimestampFormat format) {
    JsonSettings settings = new JsonSettings(format, false, 64, 1 << 20);
    return Decoders.all(Corpus.type("t " + type), settings);
  }

  @Test
  void readsTimestampsOfEachPrecision() {
    for (int digits = 0; digits <= 9; digits++) {
      JsonDecoder iso = decoder("TIMESTAMP(%d)".formatted(digits), TimestampFormat.ISO_8601);
      JsonDecoder sql = decoder("TIMESTAMP(%d)".formatted(digits), TimestampFormat.SQL);
      for (int i = 0; i < CASES / 10; i++) {
        LocalDateTime time = any(digits);
        TimestampData expected = TimestampData.fromLocalDateTime(time);
        assertThat(decode(iso, "\"" + time + "\"")).isEqualTo(expected);
        String formatted = DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time).replace('T', ' ');
        assertThat(decode(sql, "\"" + formatted + "\"")).isEqualTo(expected);
      }
    }
  }

  @Test
  void readsInstantsAndOffsets() {
    JsonDecoder iso = decoder("TIMESTAMP_LTZ(9)", TimestampFormat.ISO_8601);
    for (int i = 0; i < CASES; i++) {
      ZoneOffset offset =
          ZoneOffset.ofTotalSeconds((random.nextInt(2 * 18 * 60 + 1) - 18 * 60) * 60);
      OffsetDateTime time = any(random.nextInt(10)).atOffset(offset);
      assertThat(decode(iso, "\"" + time + "\""))
          .isEqualTo(TimestampData.fromInstant(time.toInstant()));
    }
  }

  @Test
  void readsEpochs() {
    JsonDecoder seconds = decoder("TIMESTAMP_LTZ(9)", TimestampFormat.EPOCH_SECONDS);
    JsonDecoder millis = decoder("TIMESTAMP_LTZ(9)", TimestampFormat.EPOCH_MILLIS);
    JsonDecoder micros = decoder("TIMESTAMP_LTZ(9)", TimestampFormat.EPOCH_MICROS);
    for (int i = 0; i < CASES; i++) {
      Instant time = any(6).toInstant(ZoneOffset.UTC);
      long whole = time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
      BigDecimal exact = BigDecimal.valueOf(whole, 6);
      assertThat(decode(seconds, exact.toPlainString())).isEqualTo(TimestampData.fromInstant(time));
      assertThat(decode(micros, whole)).isEqualTo(TimestampData.fromInstant(time));
      assertThat(decode(millis, time.toEpochMilli()))
          .isEqualTo(TimestampData.fromEpochMillis(time.toEpochMilli()));
    }
  }

  /** Text cut or changed anywhere is refused, or a time all the same. */
  @Test
  void refusesWhatTheJdkRefuses() {
    DateTimeText parts = new DateTimeText();
    String characters = "0123456789-:T .Z+";
    for (int i = 0; i < CASES; i++) {
      StringBuilder changed = new StringBuilder("2012-02-29T12:34:56.789");
      char other = characters.charAt(random.nextInt(characters.length()));
      changed.setCharAt(random.nextInt(changed.length()), other);
      String time = changed.substring(0, 1 + random.nextInt(changed.length()));
      parts.start(text(time)).date().require('T').timeWithoutSeconds();
      assertThat(parts.isWhole()).as(time).isEqualTo(isTime(time));
    }
  }

  private static boolean isTime(String time) {
    try {
      // The JDK allows a point without digits behind it, and the year 0.
      return LocalDateTime.parse(time).getYear() > 0 && !time.endsWith(".");
    } catch (DateTimeException e) {
      return false;
    }
  }
}
