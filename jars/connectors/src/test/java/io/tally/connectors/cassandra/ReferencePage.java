package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.CassandraOptions.Group;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.DescribedEnum;
import org.apache.flink.configuration.description.Description;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.apache.flink.util.TimeUtils;

/** The options as tables in Markdown, one for each group. */
final class ReferencePage {

  private final HtmlFormatter html = new HtmlFormatter();
  private final Set<ConfigOption<?>> required = new CassandraTableFactory().requiredOptions();

  String render() {
    return CassandraOptions.GROUPS.stream().map(this::table).collect(Collectors.joining("\n"));
  }

  private String table(Group group) {
    String rows = group.options().stream().map(this::row).collect(Collectors.joining());
    return "### %s\n\n| option | type | default | meaning |\n|---|---|---|---|\n%s"
        .formatted(group.title(), rows);
  }

  private String row(ConfigOption<?> option) {
    Class<?> type = type(option);
    String meaning = html.format(option.description()) + (type.isEnum() ? values(type) : "");
    return "| `%s` | %s | %s | %s |\n"
        .formatted(option.key(), typeName(option, type), defaultOf(option), meaning);
  }

  private static String typeName(ConfigOption<?> option, Class<?> type) {
    String name = type.isEnum() ? "Enum" : type.getSimpleName();
    return isList(option) ? "List&lt;" + name + "&gt;" : name;
  }

  private String defaultOf(ConfigOption<?> option) {
    if (required.contains(option)) {
      return "required";
    }
    Object value = option.defaultValue();
    if (value == null) {
      return "none";
    }
    return "`"
        + (value instanceof Duration d ? TimeUtils.formatWithHighestUnit(d) : value.toString())
        + "`";
  }

  private String values(Class<?> type) {
    return " "
        + Arrays.stream(type.getEnumConstants())
            .map(this::value)
            .collect(Collectors.joining("; ", "One of: ", "."));
  }

  private String value(Object constant) {
    String name = "`" + constant + "`";
    return constant instanceof DescribedEnum described
        ? name
            + " ("
            + html.format(Description.builder().text("%s", described.getDescription()).build())
            + ")"
        : name;
  }

  private static Class<?> type(ConfigOption<?> option) {
    return (Class<?>) hidden(option, "getClazz");
  }

  private static boolean isList(ConfigOption<?> option) {
    return (boolean) hidden(option, "isList");
  }

  /** Flink's own generator of its reference stands in the option's package. */
  private static Object hidden(ConfigOption<?> option, String name) {
    try {
      Method method = ConfigOption.class.getDeclaredMethod(name);
      method.setAccessible(true);
      return method.invoke(option);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
