package io.tally.connectors.python;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/**
 * Values of a SQL type on their way to Python and back.
 *
 * <p>What crosses is null, a Boolean, Long, Double, String, byte[] or an Object[] of these, which
 * mean the same on both sides; the Python end, {@code python_values.py}, makes dates, decimals and
 * the like of them, and refuses what does not fit.
 */
final class PythonValue {

  private static final long MICROS_PER_MILLI = 1_000;
  private static final int NANOS_PER_MICRO = 1_000;

  private final UnaryOperator<Object> toPython;
  private final UnaryOperator<Object> toSql;

  private PythonValue(UnaryOperator<Object> toPython, UnaryOperator<Object> toSql) {
    this.toPython = toPython;
    this.toSql = toSql;
  }

  /** Returns what crosses for a value of Flink's. */
  Object toPython(Object value) {
    return value == null ? null : toPython.apply(value);
  }

  /** Returns Flink's value for what crossed. */
  Object toSql(Object value) {
    return value == null ? null : toSql.apply(value);
  }

  /**
   * Returns those of a type.
   *
   * @throws UnsupportedOperationException if Python has none
   */
  static PythonValue of(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case BOOLEAN, BIGINT, DOUBLE, BINARY, VARBINARY -> new PythonValue(v -> v, v -> v);
      case TINYINT -> new PythonValue(PythonValue::wide, v -> ((Long) v).byteValue());
      case SMALLINT -> new PythonValue(PythonValue::wide, v -> ((Long) v).shortValue());
      case INTEGER, DATE, TIME_WITHOUT_TIME_ZONE ->
          new PythonValue(PythonValue::wide, v -> ((Long) v).intValue());
      case FLOAT -> new PythonValue(v -> ((Float) v).doubleValue(), v -> ((Double) v).floatValue());
      case CHAR, VARCHAR ->
          new PythonValue(Object::toString, v -> StringData.fromString((String) v));
      case DECIMAL -> decimal((DecimalType) type);
      case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
          new PythonValue(v -> micros((TimestampData) v), v -> timestamp((Long) v));
      case ARRAY -> array(((ArrayType) type).getElementType());
      case MAP -> map((MapType) type);
      case ROW -> row((RowType) type);
      default ->
          throw new UnsupportedOperationException(
              "Python functions have no value for " + type.asSummaryString());
    };
  }

  private static Object wide(Object number) {
    return ((Number) number).longValue();
  }

  private static PythonValue decimal(DecimalType type) {
    return new PythonValue(
        v -> ((DecimalData) v).toBigDecimal().toPlainString(),
        v ->
            DecimalData.fromBigDecimal(
                new BigDecimal((String) v), type.getPrecision(), type.getScale()));
  }

  /** Microseconds since 1970; as many as there are where it is out of their reach. */
  private static Object micros(TimestampData time) {
    long millis = time.getMillisecond();
    long micros = time.getNanoOfMillisecond() / NANOS_PER_MICRO;
    try {
      return Math.addExact(Math.multiplyExact(millis, MICROS_PER_MILLI), micros);
    } catch (ArithmeticException e) {
      return millis < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  private static TimestampData timestamp(long micros) {
    return TimestampData.fromEpochMillis(
        Math.floorDiv(micros, MICROS_PER_MILLI),
        (int) Math.floorMod(micros, MICROS_PER_MILLI) * NANOS_PER_MICRO);
  }

  private static PythonValue array(LogicalType of) {
    PythonValue element = of(of);
    ArrayData.ElementGetter getter = ArrayData.createElementGetter(of);
    return new PythonValue(
        v -> elements((ArrayData) v, getter, element),
        v -> new GenericArrayData(every((Object[]) v, element)));
  }

  private static Object[] elements(
      ArrayData array, ArrayData.ElementGetter getter, PythonValue element) {
    Object[] values = new Object[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = element.toPython(getter.getElementOrNull(array, i));
    }
    return values;
  }

  private static Object[] every(Object[] crossed, PythonValue element) {
    Object[] values = new Object[crossed.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = element.toSql(crossed[i]);
    }
    return values;
  }

  private static PythonValue map(MapType type) {
    PythonValue key = of(type.getKeyType());
    PythonValue value = of(type.getValueType());
    ArrayData.ElementGetter keys = ArrayData.createElementGetter(type.getKeyType());
    ArrayData.ElementGetter values = ArrayData.createElementGetter(type.getValueType());
    return new PythonValue(
        v ->
            pairs(
                elements(((MapData) v).keyArray(), keys, key),
                elements(((MapData) v).valueArray(), values, value)),
        v -> map((Object[]) v, key, value));
  }

  private static Object[] pairs(Object[] keys, Object[] values) {
    Object[] pairs = new Object[2 * keys.length];
    for (int i = 0; i < keys.length; i++) {
      pairs[2 * i] = keys[i];
      pairs[2 * i + 1] = values[i];
    }
    return pairs;
  }

  private static MapData map(Object[] pairs, PythonValue key, PythonValue value) {
    Map<Object, Object> map = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(key.toSql(pairs[i]), value.toSql(pairs[i + 1]));
    }
    return new GenericMapData(map);
  }

  private static PythonValue row(RowType type) {
    Fields fields = Fields.of(type);
    return new PythonValue(v -> fields.toPython((RowData) v), v -> fields.toSql((Object[]) v));
  }

  /** Several values, as the fields of a row. */
  record Fields(RowData.FieldGetter[] getters, PythonValue[] values) {

    /**
     * @throws UnsupportedOperationException if Python has none for a field
     */
    static Fields of(RowType type) {
      return of(type, IntStream.range(0, type.getFieldCount()).toArray());
    }

    /**
     * @param columns of a row of the type, which are the fields
     */
    static Fields of(RowType type, int[] columns) {
      List<LogicalType> all = type.getChildren();
      RowData.FieldGetter[] getters = new RowData.FieldGetter[columns.length];
      PythonValue[] values = new PythonValue[columns.length];
      for (int i = 0; i < columns.length; i++) {
        getters[i] = RowData.createFieldGetter(all.get(columns[i]), columns[i]);
        values[i] = PythonValue.of(all.get(columns[i]));
      }
      return new Fields(getters, values);
    }

    Object[] toPython(RowData row) {
      Object[] crossing = new Object[values.length];
      for (int i = 0; i < crossing.length; i++) {
        crossing[i] = values[i].toPython(getters[i].getFieldOrNull(row));
      }
      return crossing;
    }

    GenericRowData toSql(Object[] crossed) {
      GenericRowData row = new GenericRowData(values.length);
      for (int i = 0; i < values.length; i++) {
        row.setField(i, values[i].toSql(crossed[i]));
      }
      return row;
    }
  }
}
