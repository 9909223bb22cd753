package io.tally.connectors.json;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** Every option of the format: name, type, default and meaning, each said once. */
public final class JsonOptions {

  public static final ConfigOption<TimestampFormat> TIMESTAMP_FORMAT =
      ConfigOptions.key("timestamp-format.standard")
          .enumType(TimestampFormat.class)
          .defaultValue(TimestampFormat.SQL)
          .withDescription(
              "How messages write TIMESTAMP and TIMESTAMP_LTZ: SQL as '2013-01-31 12:34:56.789',"
                  + " ISO-8601 as '2013-01-31T12:34:56.789', each with a 'Z' behind it for"
                  + " TIMESTAMP_LTZ (ISO-8601: or an offset such as '+02:00'); EPOCH-SECONDS,"
                  + " EPOCH-MILLIS and EPOCH-MICROS as a number, counted from 1970 in UTC.");

  public static final ConfigOption<Boolean> LENIENT =
      ConfigOptions.key("lenient")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether these are taken as well: numbers and booleans in strings where the column is"
                  + " one, numbers and booleans as the text of a character column, the last one of"
                  + " fields with the same name (each must fit), an empty string as null where the"
                  + " column is no character column. Values are never rounded or cut.");

  public static final ConfigOption<Integer> MAX_DEPTH =
      ConfigOptions.key("max-depth")
          .intType()
          .defaultValue(64)
          .withDescription(
              "How many objects and arrays of a message may be open at once, 1 to 1000. The message"
                  + " itself is the first.");

  public static final ConfigOption<MemorySize> MAX_SIZE =
      ConfigOptions.key("max-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(1))
          .withDescription("How long a message may be, up to 64 mb.");

  static final Set<ConfigOption<?>> ALL = Set.of(TIMESTAMP_FORMAT, LENIENT, MAX_DEPTH, MAX_SIZE);

  private JsonOptions() {}
}
