package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a Flink table declares the columns of a Cassandra table, to read all that they hold. */
final class FlinkDeclarations {

  /** What to declare for each, as SQL. */
  private static final Map<DataType, String> DECLARATIONS =
      Map.ofEntries(
          Map.entry(DataTypes.BOOLEAN, "BOOLEAN"),
          Map.entry(DataTypes.TINYINT, "TINYINT"),
          Map.entry(DataTypes.SMALLINT, "SMALLINT"),
          Map.entry(DataTypes.INT, "INT"),
          Map.entry(DataTypes.BIGINT, "BIGINT"),
          Map.entry(DataTypes.COUNTER, "BIGINT"),
          Map.entry(DataTypes.FLOAT, "FLOAT"),
          Map.entry(DataTypes.DOUBLE, "DOUBLE"),
          Map.entry(DataTypes.DATE, "DATE"),
          Map.entry(DataTypes.TIME, "TIME(3)"),
          Map.entry(DataTypes.TIMESTAMP, "TIMESTAMP(3) or TIMESTAMP_LTZ(3)"),
          Map.entry(DataTypes.TEXT, "STRING"),
          Map.entry(DataTypes.ASCII, "STRING"),
          Map.entry(DataTypes.UUID, "STRING"),
          Map.entry(DataTypes.TIMEUUID, "STRING"),
          Map.entry(DataTypes.INET, "STRING"),
          Map.entry(DataTypes.BLOB, "BYTES"),
          Map.entry(DataTypes.DECIMAL, "DECIMAL(p, s)"),
          Map.entry(DataTypes.VARINT, "DECIMAL(p, 0)"));

  private FlinkDeclarations() {}

  /** What a column of the CQL type can be declared, as SQL; empty if no Flink type holds it. */
  static Optional<String> declaration(DataType cql) {
    if (cql instanceof ListType list) {
      return declaration(list.getElementType()).map("ARRAY<%s>"::formatted);
    }
    if (cql instanceof SetType set) {
      return declaration(set.getElementType()).map("ARRAY<%s>"::formatted);
    }
    if (cql instanceof MapType map) {
      return declaration(map.getKeyType())
          .flatMap(k -> declaration(map.getValueType()).map(v -> "MAP<%s, %s>".formatted(k, v)));
    }
    if (cql instanceof UserDefinedType udt) {
      return Optional.of("ROW<%s>".formatted(fields(udt)));
    }
    if (cql instanceof TupleType tuple) {
      return tuple(tuple.getComponentTypes());
    }
    if (cql instanceof VectorType vector && vector.getElementType().equals(DataTypes.FLOAT)) {
      return Optional.of("ARRAY<FLOAT>");
    }
    return Optional.ofNullable(DECLARATIONS.get(cql));
  }

  private static Optional<String> tuple(List<DataType> components) {
    List<Optional<String>> types = components.stream().map(FlinkDeclarations::declaration).toList();
    String fields =
        IntStream.range(0, types.size())
            .mapToObj(i -> "f%d %s".formatted(i, types.get(i).orElse("")))
            .collect(Collectors.joining(", "));
    return types.stream().allMatch(Optional::isPresent)
        ? Optional.of("ROW<%s>".formatted(fields))
        : Optional.empty();
  }

  /** A ROW may leave fields out, so those that nothing holds are. */
  private static String fields(UserDefinedType udt) {
    return IntStream.range(0, udt.getFieldNames().size())
        .boxed()
        .flatMap(
            i ->
                declaration(udt.getFieldTypes().get(i))
                    .map(type -> "`%s` %s".formatted(udt.getFieldNames().get(i).asInternal(), type))
                    .stream())
        .collect(Collectors.joining(", "));
  }
}
