package io.tally.connectors.refused;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Whose rows a guard judges, and what becomes of those that are refused.
 *
 * @param aggregate its name
 * @param topic that refused rows go to
 * @param meter id of the guard in the job's account
 * @param columns of the result, in order: operators may put them out under other names
 * @param key names of the key columns
 * @param maxShare of refused rows among the last ones; above it the job fails for good
 * @param sinks of the aggregate
 */
public record GuardSpec(
    String aggregate,
    String topic,
    String meter,
    List<Column> columns,
    List<String> key,
    double maxShare,
    List<SinkSpec> sinks)
    implements Serializable {

  /** A column of the result, as the query has it. */
  public record Column(String name, boolean isNullable) implements Serializable {

    static Column of(JsonNode json) {
      return new Column(json.path("name").asText(), json.path("nullable").asBoolean());
    }
  }

  /**
   * A sink of the aggregate.
   *
   * @param node of the plan
   * @param partition columns of a Cassandra table's partition key; empty for another sink
   * @param clustering its clustering columns
   * @param recordBytes the largest record that a Kafka topic takes; 0 for another sink
   * @param textBytes how many bytes of text a Kafka record surely holds, in a row with nothing
   *     nested; less than 0 where its format may refuse any row
   */
  public record SinkSpec(
      int node, List<String> partition, List<String> clustering, int recordBytes, int textBytes)
      implements Serializable {

    static SinkSpec of(JsonNode json) {
      return new SinkSpec(
          json.path("node").asInt(),
          texts(json.path("partition")),
          texts(json.path("clustering")),
          json.path("record_bytes").asInt(),
          json.path("text_bytes").asInt());
    }
  }

  /** The type of the rows, by the names and the nullability of the query's columns. */
  public RowType named(RowType rows) {
    LogicalType[] types =
        IntStream.range(0, columns.size())
            .mapToObj(i -> rows.getTypeAt(i).copy(columns.get(i).isNullable()))
            .toArray(LogicalType[]::new);
    return RowType.of(types, columns.stream().map(Column::name).toArray(String[]::new));
  }

  /** Reads one from JSON. */
  public static GuardSpec of(String text) throws IOException {
    JsonNode json = new ObjectMapper().readTree(text);
    List<SinkSpec> sinks = new ArrayList<>();
    List<Column> columns = new ArrayList<>();
    json.path("columns").forEach(column -> columns.add(Column.of(column)));
    json.path("sinks").forEach(sink -> sinks.add(SinkSpec.of(sink)));
    return new GuardSpec(
        json.path("aggregate").asText(),
        json.path("topic").asText(),
        json.path("meter").asText(),
        List.copyOf(columns),
        texts(json.path("key")),
        json.path("max_share").asDouble(),
        List.copyOf(sinks));
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(one -> texts.add(one.asText()));
    return List.copyOf(texts);
  }
}
