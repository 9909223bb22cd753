package io.tally.connectors.sessions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.DataTypes.Field;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.functions.TableSemantics;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.StateTypeStrategy;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.StaticArgumentTrait;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.strategies.ValidationOnlyInputTypeStrategy;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.types.ColumnList;
import org.apache.flink.types.Row;

/** What {@code SESSIONS} takes, keeps and gives. */
final class Signature {

  static final String INPUT = "input";

  private static final List<String> GIVEN =
      List.of("started_at", "ended_at", "end_reason", "delta", "rowtime");
  private static final EnumSet<StaticArgumentTrait> EVENTS =
      EnumSet.of(
          StaticArgumentTrait.TABLE,
          StaticArgumentTrait.SET_SEMANTIC_TABLE,
          StaticArgumentTrait.REQUIRE_ON_TIME);
  private static final DataType LENGTH = DataTypes.INTERVAL(DataTypes.SECOND(3));

  private static final int KIND = 1;
  private static final int STARTS = 2;
  private static final int ENDS = 3;
  private static final int TIMEOUT = 4;
  private static final int MAX_LENGTH = 5;
  private static final int CARRY = 6;

  /** Flink's own argument, which follows. */
  private static final int ON_TIME = 7;

  static final TypeInference INFERENCE =
      TypeInference.newBuilder()
          .staticArguments(
              StaticArgument.table(INPUT, Row.class, false, EVENTS),
              StaticArgument.scalar("kind", DataTypes.DESCRIPTOR().notNull(), false),
              StaticArgument.scalar("starts", DataTypes.STRING().notNull(), false),
              StaticArgument.scalar("ends", DataTypes.STRING().notNull(), false),
              StaticArgument.scalar("timeout", LENGTH.notNull(), false),
              StaticArgument.scalar("max_length", LENGTH, true),
              StaticArgument.scalar("carry", DataTypes.DESCRIPTOR(), true))
          .inputTypeStrategy(new Checks())
          .stateTypeStrategies(state())
          .outputTypeStrategy(call -> Optional.of(output(call)))
          .build();

  private Signature() {}

  /** Moments by their time, and the open session, as rows of like form. */
  private static LinkedHashMap<String, StateTypeStrategy> state() {
    LinkedHashMap<String, StateTypeStrategy> state = new LinkedHashMap<>();
    state.put("pending", map(DataTypes.BIGINT(), DataTypes.BOOLEAN(), DataTypes.BOOLEAN()));
    state.put("open", map(DataTypes.BOOLEAN(), DataTypes.BIGINT(), DataTypes.BIGINT()));
    return state;
  }

  private static StateTypeStrategy map(DataType key, DataType first, DataType second) {
    return StateTypeStrategy.of(
        call -> {
          List<Field> fields = new ArrayList<>();
          fields.add(DataTypes.FIELD("first", first));
          fields.add(DataTypes.FIELD("second", second));
          fields.add(DataTypes.FIELD("third", DataTypes.BIGINT()));
          fields.add(DataTypes.FIELD("fourth", DataTypes.BIGINT()));
          fields.add(DataTypes.FIELD("carried", DataTypes.ROW(carried(call))));
          return Optional.of(MapView.newMapViewDataType(key, DataTypes.ROW(fields)));
        },
        Duration.ZERO);
  }

  private static DataType output(CallContext call) {
    DataType time = time(call).bridgedTo(TimestampData.class);
    List<Field> fields = new ArrayList<>();
    fields.add(DataTypes.FIELD("started_at", time.notNull()));
    fields.add(DataTypes.FIELD("ended_at", time.nullable()));
    fields.add(DataTypes.FIELD("end_reason", DataTypes.STRING()));
    fields.add(DataTypes.FIELD("delta", DataTypes.BIGINT().notNull()));
    fields.addAll(carried(call));
    return DataTypes.ROW(fields).notNull();
  }

  /** The type of times: that of event time, which may know a time zone. */
  private static DataType time(CallContext call) {
    TableSemantics input = call.getTableSemantics(0).orElseThrow();
    List<Field> fields = DataType.getFields(input.dataType());
    // While a query is read only the argument tells; when its plan is run, only Flink.
    Stream<Field> time =
        input.timeColumn() < 0
            ? named(fields, names(call, ON_TIME))
            : Stream.of(fields.get(input.timeColumn()));
    boolean isPlain =
        time.map(field -> field.getDataType().getLogicalType())
            .anyMatch(type -> type.is(LogicalTypeRoot.TIMESTAMP_WITHOUT_TIME_ZONE));
    return isPlain ? DataTypes.TIMESTAMP(3) : DataTypes.TIMESTAMP_LTZ(3);
  }

  private static List<Field> carried(CallContext call) {
    List<Field> fields = DataType.getFields(call.getTableSemantics(0).orElseThrow().dataType());
    return named(fields, names(call, CARRY)).toList();
  }

  private static Stream<Field> named(List<Field> fields, List<String> names) {
    return names.stream()
        .flatMap(name -> fields.stream().filter(field -> field.getName().equals(name)));
  }

  private static List<String> names(CallContext call, int argument) {
    return call.getArgumentValue(argument, ColumnList.class)
        .map(ColumnList::getNames)
        .orElse(List.of());
  }

  /** What the planner alone does not see. */
  private static final class Checks extends ValidationOnlyInputTypeStrategy {

    @Override
    public Optional<List<DataType>> inferInputTypes(CallContext call, boolean throwOnFailure) {
      Optional<String> fault = fault(call);
      if (fault.isPresent()) {
        return call.fail(throwOnFailure, "SESSIONS: " + fault.get());
      }
      return Optional.of(call.getArgumentDataTypes());
    }

    private static Optional<String> fault(CallContext call) {
      TableSemantics input = call.getTableSemantics(0).orElse(null);
      if (input == null) {
        return Optional.of("'input' must be a table; use TABLE events PARTITION BY user_id");
      }
      return faultOfKind(call, input)
          .or(() -> faultOfValues(call))
          .or(() -> faultOfLength(call, TIMEOUT, "timeout"))
          .or(() -> faultOfLength(call, MAX_LENGTH, "max_length"))
          .or(() -> faultOfCarried(call, input));
    }

    private static Optional<String> faultOfKind(CallContext call, TableSemantics input) {
      List<String> kind = names(call, KIND);
      if (kind.size() != 1) {
        return Optional.of("'kind' must name one column; use DESCRIPTOR(kind)");
      }
      List<String> columns = DataType.getFieldNames(input.dataType());
      int place = columns.indexOf(kind.get(0));
      if (place < 0) {
        return Optional.of(missing("kind", kind.get(0), columns));
      }
      DataType type = DataType.getFieldDataTypes(input.dataType()).get(place);
      return type.getLogicalType().is(LogicalTypeFamily.CHARACTER_STRING)
          ? Optional.empty()
          : Optional.of("column '%s' is %s; use a STRING for 'kind'".formatted(kind.get(0), type));
    }

    private static Optional<String> faultOfValues(CallContext call) {
      if (!call.isArgumentLiteral(STARTS) || !call.isArgumentLiteral(ENDS)) {
        return Optional.of(
            "'starts' and 'ends' must be texts; use starts => 'START', ends => 'END'");
      }
      Optional<String> starts = call.getArgumentValue(STARTS, String.class);
      return starts.equals(call.getArgumentValue(ENDS, String.class))
          ? Optional.of("'starts' and 'ends' are the same; use two values")
          : Optional.empty();
    }

    private static Optional<String> faultOfLength(CallContext call, int argument, String name) {
      if (call.isArgumentNull(argument)) {
        return Optional.empty();
      }
      Optional<Duration> length = call.getArgumentValue(argument, Duration.class);
      return length.isPresent() && length.get().toMillis() > 0
          ? Optional.empty()
          : Optional.of(
              "'%s' must be a length of time above zero; use INTERVAL '30' MINUTE".formatted(name));
    }

    private static Optional<String> faultOfCarried(CallContext call, TableSemantics input) {
      List<String> columns = DataType.getFieldNames(input.dataType());
      List<String> taken = new ArrayList<>(GIVEN);
      for (int key : input.partitionByColumns()) {
        taken.add(columns.get(key));
      }
      for (String name : names(call, CARRY)) {
        if (!columns.contains(name)) {
          return Optional.of(missing("carry", name, columns));
        }
        if (taken.contains(name)) {
          return Optional.of(
              "'carry' names '%s', which the result has already; use another column"
                  .formatted(name));
        }
        taken.add(name);
      }
      return Optional.empty();
    }

    private static String missing(String argument, String name, List<String> columns) {
      return "'%s' names '%s', which is no column of the events; use %s"
          .formatted(argument, name, String.join(", ", columns));
    }
  }
}
