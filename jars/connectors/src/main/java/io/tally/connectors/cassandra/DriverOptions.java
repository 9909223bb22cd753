package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.config.DriverOption;
import com.datastax.oss.driver.api.core.config.ProgrammaticDriverConfigLoaderBuilder;
import com.datastax.oss.driver.api.core.config.TypedDriverOption;
import com.datastax.oss.driver.api.core.type.reflect.GenericType;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;

/**
 * Options of the driver itself, handed on to it: {@code driver.advanced.x} becomes the driver's
 * {@code datastax-java-driver.advanced.x}. Values are written as Flink writes them.
 */
final class DriverOptions {

  static final String PREFIX = "driver.";

  /** What the connector relies on, by the start of the path, with what to do instead. */
  private static final Map<String, String> RESERVED = new LinkedHashMap<>();

  static {
    RESERVED.put("basic.contact-points", "use 'contact-points'");
    RESERVED.put("advanced.resolve-contact-points", "host names are looked up at each connect");
    RESERVED.put("basic.load-balancing-policy.local-datacenter", "use 'local-datacenter'");
    RESERVED.put("basic.session-keyspace", "use 'keyspace'");
    RESERVED.put("basic.request.timeout", "use 'request-timeout'");
    RESERVED.put("basic.request.consistency", "use 'consistency-level'");
    RESERVED.put("basic.request.default-idempotence", "every write of the sink is idempotent");
    RESERVED.put("advanced.timestamp-generator", "use 'sink.timestamp.column', or leave it out");
    RESERVED.put("advanced.auth-provider", "use 'username' and 'password'");
    RESERVED.put("advanced.ssl-engine-factory", "use 'ssl.enabled' and its companions");
    RESERVED.put("advanced.metadata.schema", "the tables' schema is always read");
    RESERVED.put("advanced.metrics", "use Flink's metrics of the sink");
  }

  private static final Map<String, TypedDriverOption<?>> KNOWN = known();

  private DriverOptions() {}

  private static Map<String, TypedDriverOption<?>> known() {
    Map<String, TypedDriverOption<?>> known = new TreeMap<>();
    TypedDriverOption.builtInValues().forEach(o -> known.put(o.getRawOption().getPath(), o));
    return known;
  }

  /** The driver's options among all, by their path in the driver's configuration. */
  static Map<String, String> of(Map<String, String> all, OptionErrors errors) {
    Map<String, String> found = new TreeMap<>();
    all.forEach(
        (key, value) -> {
          if (key.startsWith(PREFIX)) {
            found.put(key.substring(PREFIX.length()), value);
          }
        });
    found.forEach((path, value) -> check(path, value).ifPresent(errors::add));
    return found;
  }

  private static Optional<String> check(String path, String value) {
    Optional<String> reserved = RESERVED.keySet().stream().filter(r -> covers(r, path)).findFirst();
    if (reserved.isPresent()) {
      return error(path, "is the connector's own; " + RESERVED.get(reserved.get()));
    }
    TypedDriverOption<?> option = KNOWN.get(path);
    if (option == null) {
      String nearest = NearestName.of(path, KNOWN.keySet());
      return error(path, "is unknown to the driver; the nearest is '" + PREFIX + nearest + "'");
    }
    if (flinkOption(option).isEmpty()) {
      return error(path, "is a map, which cannot be handed on");
    }
    try {
      read(option, value);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return error(
          path, "cannot be '%s'; its type is %s".formatted(value, option.getExpectedType()));
    }
  }

  private static boolean covers(String reserved, String path) {
    return path.equals(reserved) || path.startsWith(reserved + ".");
  }

  private static Optional<String> error(String path, String what) {
    return Optional.of("option '%s%s' %s".formatted(PREFIX, path, what));
  }

  /** Hands the options on. */
  static void apply(Map<String, String> values, ProgrammaticDriverConfigLoaderBuilder config) {
    values.forEach((path, value) -> apply(KNOWN.get(path), value, config));
  }

  @SuppressWarnings("unchecked")
  private static void apply(
      TypedDriverOption<?> option, String text, ProgrammaticDriverConfigLoaderBuilder config) {
    DriverOption raw = option.getRawOption();
    Object value = read(option, text);
    if (value instanceof Boolean b) {
      config.withBoolean(raw, b);
    } else if (value instanceof Integer i) {
      config.withInt(raw, i);
    } else if (value instanceof Long l) {
      config.withLong(raw, l);
    } else if (value instanceof Duration d) {
      config.withDuration(raw, d);
    } else if (value instanceof String s) {
      config.withString(raw, s);
    } else {
      config.withStringList(raw, (List<String>) value);
    }
  }

  private static Object read(TypedDriverOption<?> option, String text) {
    ConfigOption<?> flink = flinkOption(option).orElseThrow();
    return Configuration.fromMap(Map.of(flink.key(), text)).get(flink);
  }

  /** The option as Flink would declare it; none for types that only maps and metrics have. */
  private static Optional<ConfigOption<?>> flinkOption(TypedDriverOption<?> option) {
    ConfigOptions.OptionBuilder builder =
        ConfigOptions.key(PREFIX + option.getRawOption().getPath());
    GenericType<?> type = option.getExpectedType();
    if (type.equals(GenericType.BOOLEAN)) {
      return Optional.of(builder.booleanType().noDefaultValue());
    }
    if (type.equals(GenericType.INTEGER)) {
      return Optional.of(builder.intType().noDefaultValue());
    }
    if (type.equals(GenericType.LONG)) {
      return Optional.of(builder.longType().noDefaultValue());
    }
    if (type.equals(GenericType.DURATION)) {
      return Optional.of(builder.durationType().noDefaultValue());
    }
    if (type.equals(GenericType.STRING)) {
      return Optional.of(builder.stringType().noDefaultValue());
    }
    return type.equals(GenericType.listOf(String.class))
        ? Optional.of(builder.stringType().asList().noDefaultValue())
        : Optional.empty();
  }
}
