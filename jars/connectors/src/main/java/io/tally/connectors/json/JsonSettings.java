package io.tally.connectors.json;

import java.io.Serializable;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

/**
 * How messages are read.
 *
 * @param timestamps how messages write TIMESTAMP and TIMESTAMP_LTZ
 * @param lenient whether what is plainly meant is taken too, see {@link JsonOptions#LENIENT}
 * @param maxDepth how many objects and arrays may be open at once
 * @param maxBytes how long a message may be
 */
public record JsonSettings(TimestampFormat timestamps, boolean lenient, int maxDepth, long maxBytes)
    implements Serializable {

  /** Values are read by recursion: more would not be safe on a task's stack. */
  static final int DEEPEST = 1_000;

  /** Exponents are read up to a bound that so many digits cannot make up for. */
  static final int LONGEST = 64 << 20;

  /** What is read without any option set. */
  public static JsonSettings defaults() {
    return new JsonSettings(
        JsonOptions.TIMESTAMP_FORMAT.defaultValue(),
        JsonOptions.LENIENT.defaultValue(),
        JsonOptions.MAX_DEPTH.defaultValue(),
        JsonOptions.MAX_SIZE.defaultValue().getBytes());
  }

  /**
   * What the options of a table say.
   *
   * @throws ValidationException if a value is out of its range
   */
  public static JsonSettings of(ReadableConfig options) {
    return new JsonSettings(
        options.get(JsonOptions.TIMESTAMP_FORMAT),
        options.get(JsonOptions.LENIENT),
        options.get(JsonOptions.MAX_DEPTH),
        options.get(JsonOptions.MAX_SIZE).getBytes());
  }

  public JsonSettings {
    if (maxDepth < 1 || maxDepth > DEEPEST) {
      throw new ValidationException(
          "option 'max-depth' must be 1 to %d, not %d".formatted(DEEPEST, maxDepth));
    }
    if (maxBytes < 1 || maxBytes > LONGEST) {
      throw new ValidationException(
          "option 'max-size' must be 1 to %d bytes, not %d".formatted(LONGEST, maxBytes));
    }
  }
}
