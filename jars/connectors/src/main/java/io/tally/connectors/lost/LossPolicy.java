package io.tally.connectors.lost;

import java.io.Serializable;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.flink.table.api.ValidationException;

/**
 * What a source does where records vanished before it read them.
 *
 * @param table name of the source table, for errors
 * @param then where it reads on
 */
public record LossPolicy(String table, Then then) implements Serializable {

  /** What the option says. */
  enum Action {
    STOP,
    COUNT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where reading goes on. */
  enum Then {
    /** Nowhere: the job stops for good. */
    STOP,
    EARLIEST,
    LATEST
  }

  static final ConfigOption<Action> ACTION =
      ConfigOptions.key("lost-records.action")
          .enumType(Action.class)
          .noDefaultValue()
          .withDescription(
              "Whether records that vanished before they were read stop the job, or are counted as"
                  + " lost and reading goes on behind them; by default the job stops, unless"
                  + " 'properties.auto.offset.reset' is earliest or latest.");

  /** Returns the options of a table that say so. */
  public static Set<ConfigOption<?>> options() {
    return Set.of(ACTION);
  }

  /**
   * Reads the options of a table.
   *
   * @param properties of the consumer, as they are written
   * @throws ValidationException if one is none of the known
   */
  public static LossPolicy of(String table, ReadableConfig options, Properties properties) {
    Then reset = reset(properties);
    Action action = action(options);
    if (action == null || (action == Action.COUNT && reset != Then.STOP)) {
      return new LossPolicy(table, reset);
    }
    return new LossPolicy(table, action == Action.STOP ? Then.STOP : Then.EARLIEST);
  }

  private static Then reset(Properties properties) {
    String written = properties.getProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    return switch (written.toLowerCase(Locale.ROOT)) {
      case "earliest" -> Then.EARLIEST;
      case "latest" -> Then.LATEST;
      case "none" -> Then.STOP;
      default ->
          throw new ValidationException(
              "option 'properties.auto.offset.reset' is '%s'; it must be earliest, latest or none"
                  .formatted(written));
    };
  }

  /** Flink's own error names a Java class; it is no cause, since the innermost is what is shown. */
  private static Action action(ReadableConfig options) {
    try {
      return options.getOptional(ACTION).orElse(null);
    } catch (IllegalArgumentException e) {
      String written = options.get(ConfigOptions.key(ACTION.key()).stringType().noDefaultValue());
      throw new ValidationException(
          "option 'lost-records.action' is '%s'; it must be stop or count".formatted(written));
    }
  }
}
