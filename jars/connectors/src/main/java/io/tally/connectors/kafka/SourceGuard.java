package io.tally.connectors.kafka;

import java.io.Serializable;
import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

/**
 * What a source takes for a row, and how many dead letters it stands.
 *
 * @param table name of the source table, for errors
 * @param maxAhead how far an event time may lie ahead
 * @param maxShare share of dead letters that fails the job when it is passed; 1: none does
 * @param deletions what becomes of them
 */
record SourceGuard(String table, Duration maxAhead, double maxShare, Deletions deletions)
    implements Serializable {

  static final ConfigOption<Duration> MAX_AHEAD =
      ConfigOptions.key("event-time.max-ahead")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "How far an event time may lie ahead of the earlier of the record's Kafka timestamp"
                  + " and the reader's clock; a record further ahead is a dead letter.");

  static final ConfigOption<Double> MAX_SHARE =
      ConfigOptions.key("dead-letter.max-share")
          .doubleType()
          .defaultValue(0.05)
          .withDescription(
              "Share of dead letters among the last 10,000 records of a source task, from the first"
                  + " 1,000 on, above which the job fails for good; 1 goes on whatever comes.");

  static final ConfigOption<Deletions> DELETIONS =
      ConfigOptions.key("dead-letter.deletions")
          .enumType(Deletions.class)
          .defaultValue(Deletions.DEAD)
          .withDescription(
              "Whether a record with a key and a null message is a dead letter, or skipped: then it"
                  + " is neither a row nor a dead letter.");

  static final ConfigOption<String> TABLE =
      ConfigOptions.key("dead-letter.table")
          .stringType()
          .noDefaultValue()
          .withDescription("Name of the source table in errors; by default its own.");

  static Set<ConfigOption<?>> options() {
    return Set.of(MAX_AHEAD, MAX_SHARE, DELETIONS, TABLE);
  }

  /**
   * Reads the options.
   *
   * @throws ValidationException if one is out of bounds
   */
  static SourceGuard of(String identifier, ReadableConfig options) {
    double share = options.get(MAX_SHARE);
    if (!(share >= 0 && share <= 1)) {
      throw new ValidationException(
          "option 'dead-letter.max-share' is %s; it must be from 0 to 1".formatted(share));
    }
    Duration ahead = options.get(MAX_AHEAD);
    if (ahead.isNegative()) {
      throw new ValidationException("option 'event-time.max-ahead' must not be negative");
    }
    return new SourceGuard(
        options.getOptional(TABLE).orElse(identifier), ahead, share, deletions(options));
  }

  /** Flink's own error names a Java class; it is no cause, since the innermost is what is shown. */
  private static Deletions deletions(ReadableConfig options) {
    try {
      return options.get(DELETIONS);
    } catch (IllegalArgumentException e) {
      String written =
          options.get(ConfigOptions.key(DELETIONS.key()).stringType().noDefaultValue());
      throw new ValidationException(
          "option 'dead-letter.deletions' is '%s'; it must be dead or skip".formatted(written));
    }
  }
}
