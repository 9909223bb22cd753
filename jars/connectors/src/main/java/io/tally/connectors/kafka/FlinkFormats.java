package io.tally.connectors.kafka;

import java.lang.reflect.Field;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.formats.avro.AvroDeserializationSchema;
import org.apache.flink.formats.avro.AvroFormatOptions.AvroEncoding;
import org.apache.flink.formats.avro.AvroRowDataDeserializationSchema;
import org.apache.flink.formats.avro.AvroToRowDataConverters.AvroToRowDataConverter;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.DeserializationFeature;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectReader;
import org.apache.flink.table.data.RowData;

/** What Flink's own formats keep to themselves, and their decoding needs to lose no record. */
final class FlinkFormats {

  /** By name, since Flink does without the jars of formats that nobody uses. */
  private static final String AVRO =
      "org.apache.flink.formats.avro.AvroRowDataDeserializationSchema";

  private static final String CSV = "org.apache.flink.formats.csv.CsvRowDataDeserializationSchema";

  private FlinkFormats() {}

  static boolean isCsv(DeserializationSchema<RowData> format) {
    return format.getClass().getName().equals(CSV);
  }

  /** Whether it is Avro without a schema registry. */
  static boolean isBinaryAvro(DeserializationSchema<RowData> format) {
    if (!format.getClass().getName().equals(AVRO)) {
      return false;
    }
    Object records = recordsOf(format);
    return records.getClass() == AvroDeserializationSchema.class
        && get(records, AvroDeserializationSchema.class, "encoding") == AvroEncoding.BINARY;
  }

  /**
   * Decodes what a format of binary Avro does.
   *
   * @param part what is decoded, for errors
   */
  static PartDecoder avro(String part, DeserializationSchema<RowData> format) {
    Object schema = get(recordsOf(format), AvroDeserializationSchema.class, "schemaString");
    Object converter = get(format, AvroRowDataDeserializationSchema.class, "runtimeConverter");
    return new AvroPart(part, (String) schema, (AvroToRowDataConverter) converter);
  }

  /** Has an opened CSV format fail where it would leave further rows of a message unread. */
  static void refuseFurtherRows(DeserializationSchema<RowData> csv) {
    ObjectReader reader = (ObjectReader) get(csv, csv.getClass(), "objectReader");
    ObjectReader strict = reader.with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    try {
      field(csv.getClass(), "objectReader").set(csv, strict);
    } catch (ReflectiveOperationException e) {
      throw other(csv.getClass(), e);
    }
  }

  private static Object recordsOf(DeserializationSchema<RowData> format) {
    return get(format, AvroRowDataDeserializationSchema.class, "nestedSchema");
  }

  private static Object get(Object owner, Class<?> declaring, String name) {
    try {
      return field(declaring, name).get(owner);
    } catch (ReflectiveOperationException e) {
      throw other(declaring, e);
    }
  }

  private static Field field(Class<?> declaring, String name) throws NoSuchFieldException {
    Field field = declaring.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static IllegalStateException other(Class<?> declaring, Exception cause) {
    String format = declaring.getSimpleName();
    return new IllegalStateException("another Flink than 2.3: no way into its " + format, cause);
  }
}
