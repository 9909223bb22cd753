package io.tally.connectors.json;

import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;

/** Writes a row as text, getting each value as its type, so that one of another class fails. */
final class RowText {

  private RowText() {}

  static String of(RowType type, RowData row) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < type.getFieldCount(); i++) {
      LogicalType field = type.getTypeAt(i);
      values.add(value(field, RowData.createFieldGetter(field, i).getFieldOrNull(row)));
    }
    return "(" + String.join(", ", values) + ")";
  }

  private static String value(LogicalType type, Object value) {
    if (value == null) {
      return "null";
    }
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> "'" + escaped(value.toString()) + "'";
      case BINARY, VARBINARY -> "x'" + HexFormat.of().formatHex((byte[]) value) + "'";
      case DATE -> LocalDate.ofEpochDay((int) value).toString();
      case TIME_WITHOUT_TIME_ZONE -> LocalTime.ofNanoOfDay((int) value * 1_000_000L).toString();
      case ARRAY -> elements(((ArrayType) type).getElementType(), (ArrayData) value).toString();
      case MAP -> map((MapType) type, (MapData) value);
      case ROW -> of((RowType) type, (RowData) value);
      default -> value.toString();
    };
  }

  private static String escaped(String text) {
    return Pattern.compile("\\p{Cntrl}")
        .matcher(text)
        .replaceAll(control -> "\\\\u%04x".formatted((int) control.group().charAt(0)));
  }

  private static List<String> elements(LogicalType type, ArrayData array) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      values.add(value(type, ArrayData.createElementGetter(type).getElementOrNull(array, i)));
    }
    return values;
  }

  private static String map(MapType type, MapData map) {
    List<String> keys = elements(type.getKeyType(), map.keyArray());
    List<String> values = elements(type.getValueType(), map.valueArray());
    TreeSet<String> entries = new TreeSet<>();
    for (int i = 0; i < keys.size(); i++) {
      entries.add(keys.get(i) + "=" + values.get(i));
    }
    return entries.stream().collect(Collectors.joining(", ", "{", "}"));
  }
}
