package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import com.datastax.oss.driver.api.core.type.ListType;
import com.datastax.oss.driver.api.core.type.MapType;
import com.datastax.oss.driver.api.core.type.SetType;
import com.datastax.oss.driver.api.core.type.TupleType;
import com.datastax.oss.driver.api.core.type.UserDefinedType;
import com.datastax.oss.driver.api.core.type.VectorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/**
 * Whether a Flink type and the CQL type of a column fit, so that no value is cut off or changed.
 *
 * <p>Writing and reading have the same pairs, but for:
 *
 * <table>
 * <caption>Where the direction matters</caption>
 * <tr><th></th><th>writing</th><th>reading</th></tr>
 * <tr><td>TINYINT to BIGINT</td><td>into its own CQL type or a wider one</td>
 *     <td>from its own or a narrower one; BIGINT also from counter</td></tr>
 * <tr><td>FLOAT, DOUBLE</td><td>FLOAT also into double</td><td>DOUBLE also from float</td></tr>
 * <tr><td>TIMESTAMP(p), TIMESTAMP_LTZ(p)</td><td>p up to 3</td><td>any p</td></tr>
 * <tr><td>DECIMAL(p, s) and varint</td><td>s is 0</td><td>any s</td></tr>
 * <tr><td>ROW and a user-defined type</td><td>fields that the ROW lacks become null</td>
 *     <td>fields that the ROW lacks are left out</td></tr>
 * <tr><td>ARRAY and a list that is not frozen</td><td>refused</td><td>fits</td></tr>
 * </table>
 *
 * <p>What a type cannot tell is left to the values: text that is no UUID, a decimal with more
 * digits than the DECIMAL it is read as, milliseconds read as TIMESTAMP(0), nanoseconds in a CQL
 * time, of which Flink's TIME holds milliseconds.
 *
 * <p>An ARRAY may go into a set. Cassandra sorts a set and keeps one of equal elements, so the
 * ARRAY is read back in another order and without duplicates.
 *
 * <p>A list that is not frozen is not written: each element is a cell under an identifier that the
 * server draws, so that the second attempt of a write whose first did land appends all elements
 * again.
 */
final class TypeFit {

  /** What a column is used for. */
  enum Use {
    WRITE("goes into", "takes"),
    READ("reads", "is read as");

    private final String flinkVerb;
    private final String cqlVerb;

    Use(String flinkVerb, String cqlVerb) {
      this.flinkVerb = flinkVerb;
      this.cqlVerb = cqlVerb;
    }
  }

  private static final List<DataType> INTEGERS =
      List.of(DataTypes.TINYINT, DataTypes.SMALLINT, DataTypes.INT, DataTypes.BIGINT);
  private static final List<DataType> FLOATS = List.of(DataTypes.FLOAT, DataTypes.DOUBLE);
  private static final List<DataType> TEXTS =
      List.of(DataTypes.TEXT, DataTypes.ASCII, DataTypes.UUID, DataTypes.TIMEUUID, DataTypes.INET);

  private TypeFit() {}

  /** Why the types do not fit, and what would, in one line; empty if they do. */
  static Optional<String> misfit(LogicalType flink, DataType cql, Use use) {
    if (use == Use.WRITE && cql instanceof ListType list && !list.isFrozen()) {
      return Optional.of(
          "a retried write would add the elements of a list that is not frozen again;"
              + " make it frozen<%s> or a set".formatted(TypeNames.of(cql)));
    }
    return parts(flink, cql, use);
  }

  private static Optional<String> parts(LogicalType flink, DataType cql, Use use) {
    return switch (flink.getTypeRoot()) {
      case ARRAY -> array(flink, cql, use);
      case MAP -> map(flink, cql, use);
      case ROW, STRUCTURED_TYPE -> row(flink, cql, use);
      default -> fits(flink, cql, use) ? Optional.empty() : advice(flink, cql, use);
    };
  }

  private static Optional<String> array(LogicalType flink, DataType cql, Use use) {
    LogicalType element = ((ArrayType) flink).getElementType();
    if (cql instanceof ListType list) {
      return part("elements", parts(element, list.getElementType(), use));
    }
    if (cql instanceof SetType set) {
      return part("elements", parts(element, set.getElementType(), use));
    }
    return isFloatVector(cql) && element.is(LogicalTypeRoot.FLOAT)
        ? Optional.empty()
        : advice(flink, cql, use);
  }

  /** Floats have a fixed width, so a vector of them is their bytes one after the other. */
  private static boolean isFloatVector(DataType cql) {
    return cql instanceof VectorType vector && vector.getElementType().equals(DataTypes.FLOAT);
  }

  private static Optional<String> map(LogicalType flink, DataType cql, Use use) {
    if (!(cql instanceof MapType map)) {
      return advice(flink, cql, use);
    }
    List<LogicalType> entry = flink.getChildren();
    return part("keys", parts(entry.get(0), map.getKeyType(), use))
        .or(() -> part("values", parts(entry.get(1), map.getValueType(), use)));
  }

  private static Optional<String> row(LogicalType flink, DataType cql, Use use) {
    if (cql instanceof UserDefinedType udt) {
      return userDefined(flink, udt, use);
    }
    return cql instanceof TupleType tuple ? tuple(flink, tuple, use) : advice(flink, cql, use);
  }

  private static Optional<String> userDefined(LogicalType flink, UserDefinedType udt, Use use) {
    List<String> names = LogicalTypeChecks.getFieldNames(flink);
    List<String> misfits = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      int found = udt.firstIndexOf(CqlIdentifier.fromInternal(name));
      if (found < 0) {
        misfits.add("its field '%s' is not in the type, which has %s".formatted(name, fields(udt)));
      } else {
        part(
                "field '%s'".formatted(name),
                parts(flink.getChildren().get(i), udt.getFieldTypes().get(found), use))
            .ifPresent(misfits::add);
      }
    }
    return misfits.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", misfits));
  }

  private static String fields(UserDefinedType udt) {
    return udt.getFieldNames().stream()
        .map(CqlIdentifier::asInternal)
        .collect(Collectors.joining(", "));
  }

  private static Optional<String> tuple(LogicalType flink, TupleType tuple, Use use) {
    List<DataType> components = tuple.getComponentTypes();
    int fields = flink.getChildren().size();
    if (fields != components.size()) {
      return Optional.of(
          "a tuple takes fields by position; the ROW has %d, the tuple %d"
              .formatted(fields, components.size()));
    }
    List<String> names = LogicalTypeChecks.getFieldNames(flink);
    List<String> misfits = new ArrayList<>();
    for (int i = 0; i < fields; i++) {
      part(
              "field '%s'".formatted(names.get(i)),
              parts(flink.getChildren().get(i), components.get(i), use))
          .ifPresent(misfits::add);
    }
    return misfits.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", misfits));
  }

  private static Optional<String> part(String which, Optional<String> reason) {
    return reason.map(text -> "its %s: %s".formatted(which, text));
  }

  /** Whether types without parts fit. */
  static boolean fits(LogicalType flink, DataType cql, Use use) {
    return switch (flink.getTypeRoot()) {
      case CHAR, VARCHAR -> TEXTS.contains(cql);
      case BOOLEAN -> cql.equals(DataTypes.BOOLEAN);
      case BINARY, VARBINARY -> cql.equals(DataTypes.BLOB);
      case TINYINT -> widens(INTEGERS, DataTypes.TINYINT, cql, use);
      case SMALLINT -> widens(INTEGERS, DataTypes.SMALLINT, cql, use);
      case INTEGER -> widens(INTEGERS, DataTypes.INT, cql, use);
      case BIGINT ->
          widens(INTEGERS, DataTypes.BIGINT, cql, use)
              || use == Use.READ && cql.equals(DataTypes.COUNTER);
      case FLOAT -> widens(FLOATS, DataTypes.FLOAT, cql, use);
      case DOUBLE -> widens(FLOATS, DataTypes.DOUBLE, cql, use);
      case DECIMAL ->
          cql.equals(DataTypes.DECIMAL)
              || cql.equals(DataTypes.VARINT)
                  && (use == Use.READ || LogicalTypeChecks.getScale(flink) == 0);
      case DATE -> cql.equals(DataTypes.DATE);
      case TIME_WITHOUT_TIME_ZONE -> cql.equals(DataTypes.TIME);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          cql.equals(DataTypes.TIMESTAMP) && holdsMilliseconds(flink, use);
      default -> false;
    };
  }

  private static boolean widens(List<DataType> order, DataType own, DataType cql, Use use) {
    int from = order.indexOf(use == Use.WRITE ? own : cql);
    int to = order.indexOf(use == Use.WRITE ? cql : own);
    return from >= 0 && from <= to;
  }

  private static boolean holdsMilliseconds(LogicalType flink, Use use) {
    return use == Use.READ || LogicalTypeChecks.getPrecision(flink) <= CqlTypes.TIMESTAMP_PRECISION;
  }

  private static Optional<String> advice(LogicalType flink, DataType cql, Use use) {
    if (cql.equals(DataTypes.TIMESTAMP)) {
      Optional<String> time = timeAdvice(flink, use);
      if (time.isPresent()) {
        return time;
      }
    }
    return Optional.of("%s, %s".formatted(placesOf(flink, use), valuesOf(cql, use)));
  }

  private static Optional<String> timeAdvice(LogicalType flink, Use use) {
    return switch (flink.getTypeRoot()) {
      case BIGINT ->
          Optional.of(
              use == Use.WRITE
                  ? "cast it, milliseconds by TO_TIMESTAMP_LTZ(..., 3)"
                  : "declare TIMESTAMP_LTZ(3)");
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> {
        boolean local = flink.is(LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE);
        yield Optional.of(
            "timestamp holds milliseconds; %s TIMESTAMP%s(3)"
                .formatted(use == Use.WRITE ? "cast to" : "declare", local ? "_LTZ" : ""));
      }
      default -> Optional.empty();
    };
  }

  /** Which CQL types a Flink type fits: {@code INT goes into int or bigint}. */
  static String placesOf(LogicalType flink, Use use) {
    return "%s %s %s"
        .formatted(TypeNames.of(flink), use.flinkVerb, TypeNames.cqlFitting(flink, use));
  }

  private static String valuesOf(DataType cql, Use use) {
    return "%s %s %s".formatted(TypeNames.of(cql), use.cqlVerb, TypeNames.flinkFitting(cql, use));
  }
}
