package io.tally.connectors.kafka;

import java.time.Duration;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;

/**
 * How event time goes on where a topic has been read to its end.
 *
 * @param isOn whether it does, by the clock
 * @param delay how far it stays behind the present at least
 * @param group of the sources of its job that it follows until it has an event of its own; empty
 *     for none
 */
record SourceClock(boolean isOn, Duration delay, String group) {

  static final ConfigOption<Boolean> CLOCK =
      ConfigOptions.key("event-time.clock")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether event time goes on by the clock where a partition has been read to its end,"
                  + " so that windows close in silence.");

  static final ConfigOption<Duration> DELAY =
      ConfigOptions.key("event-time.clock-delay")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription(
              "How far time by the clock stays behind the present, where the watermark's own delay"
                  + " is less: what an event may take to its topic.");

  static final ConfigOption<String> GROUP =
      ConfigOptions.key("event-time.clock-group")
          .stringType()
          .defaultValue("")
          .withDescription(
              "Name that a source shares with those whose rows meet its own in a query: where it"
                  + " never had an event it follows them. By default it follows none.");

  static Set<ConfigOption<?>> options() {
    return Set.of(CLOCK, DELAY, GROUP);
  }

  static SourceClock of(ReadableConfig options) {
    return new SourceClock(options.get(CLOCK), options.get(DELAY), options.get(GROUP));
  }
}
