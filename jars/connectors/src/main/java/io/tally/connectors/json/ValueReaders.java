package io.tally.connectors.json;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeFamily;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** Makes the readers of a table's columns. */
final class ValueReaders {

  private final JsonSettings settings;
  private final Skipper skipper;

  ValueReaders(JsonSettings settings) {
    this.settings = settings;
    this.skipper = new Skipper(settings);
  }

  /**
   * The reader of whole messages.
   *
   * @param produced the declared fields that are wanted, in the order of the row made
   * @throws ValidationException if a column has a type that JSON is not read into
   */
  RowReader message(RowType declared, int[] produced) {
    int[] targets = new int[declared.getFieldCount()];
    Arrays.fill(targets, RowField.UNWANTED);
    for (int i = 0; i < produced.length; i++) {
      targets[produced[i]] = i;
    }
    return row(new Column("", declared), targets);
  }

  private RowReader nestedRow(Column column) {
    int[] all = new int[((RowType) column.type()).getFieldCount()];
    Arrays.setAll(all, i -> i);
    return row(column, all);
  }

  private RowReader row(Column column, int[] targets) {
    List<RowType.RowField> declared = ((RowType) column.type()).getFields();
    List<RowField> fields = new ArrayList<>();
    for (int i = 0; i < targets.length; i++) {
      RowType.RowField field = declared.get(i);
      ValueReader reader = of(column.field(field.getName(), field.getType()));
      fields.add(new RowField(field.getName(), reader, targets[i]));
    }
    return new RowReader(column, settings.lenient(), fields, skipper);
  }

  private ValueReader of(Column column) {
    boolean lenient = settings.lenient();
    return switch (column.type().getTypeRoot()) {
      case BOOLEAN -> new BooleanReader(column, lenient);
      case TINYINT, SMALLINT, INTEGER, BIGINT -> IntegerReader.of(column, lenient);
      case DECIMAL -> new DecimalReader(column, lenient);
      case FLOAT -> new FloatReader(column, lenient);
      case DOUBLE -> new DoubleReader(column, lenient);
      case CHAR, VARCHAR -> new TextReader(column, lenient);
      case BINARY, VARBINARY -> new BytesReader(column, lenient);
      case DATE -> new DateReader(column, lenient);
      case TIME_WITHOUT_TIME_ZONE -> new TimeReader(column, lenient);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(column);
      case ARRAY -> array(column);
      case MAP -> map(column);
      case ROW -> nestedRow(column);
      default -> throw unsupported(column, alternative(column.type()));
    };
  }

  private ValueReader timestamp(Column column) {
    return switch (settings.timestamps()) {
      case SQL, ISO_8601 -> new TimestampReader(column, settings);
      default -> new EpochReader(column, settings);
    };
  }

  private ValueReader array(Column column) {
    LogicalType element = ((ArrayType) column.type()).getElementType();
    return new ArrayReader(column, settings.lenient(), of(column.within(element)));
  }

  private ValueReader map(Column column) {
    MapType type = (MapType) column.type();
    if (!type.getKeyType().is(LogicalTypeFamily.CHARACTER_STRING)) {
      throw unsupported(column, "MAP<STRING, ...>, as JSON's names are strings");
    }
    TextReader key = new TextReader(column.within(type.getKeyType()), settings.lenient());
    return new MapReader(column, settings.lenient(), key, of(column.within(type.getValueType())));
  }

  private static String alternative(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case MULTISET -> "MAP<STRING, INT>";
      case INTERVAL_YEAR_MONTH, INTERVAL_DAY_TIME ->
          "BIGINT or STRING, and work it out in the query";
      case TIMESTAMP_WITH_TIME_ZONE -> "TIMESTAMP_LTZ";
      case STRUCTURED_TYPE -> "ROW<...>";
      default -> "STRING or BYTES";
    };
  }

  private static ValidationException unsupported(Column column, String alternative) {
    return new ValidationException(
        "column '%s' is %s, which format 'tally-json' does not read%nhint: declare it as %s"
            .formatted(column.path(), column.type().copy(true).asSummaryString(), alternative));
  }
}
