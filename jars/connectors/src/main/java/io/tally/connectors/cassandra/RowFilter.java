package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.RowData.FieldGetter;

/** Compares what Cassandra cannot be asked for: the given columns that are not in the request. */
record RowFilter(List<Comparison> comparisons) {

  /** Reads one column from the row and from the given values. */
  record Comparison(FieldGetter ofRow, FieldGetter ofGiven) {}

  /**
   * The filter of a lookup.
   *
   * @param checked positions in the given columns
   */
  static RowFilter of(LookupQuery query, List<Integer> checked) {
    return new RowFilter(checked.stream().map(position -> comparison(query, position)).toList());
  }

  private static Comparison comparison(LookupQuery query, int position) {
    Column column = query.given().get(position);
    return new Comparison(
        RowData.createFieldGetter(column.type(), query.columns().indexOf(column)),
        RowData.createFieldGetter(column.type(), position));
  }

  /** Whether a given value is null, which equals nothing. */
  boolean refusesAll(RowData given) {
    return comparisons.stream().anyMatch(c -> c.ofGiven().getFieldOrNull(given) == null);
  }

  boolean accepts(RowData row, RowData given) {
    return comparisons.stream()
        .allMatch(c -> same(c.ofRow().getFieldOrNull(row), c.ofGiven().getFieldOrNull(given)));
  }

  private static boolean same(Object value, Object wanted) {
    if (value instanceof byte[] bytes && wanted instanceof byte[] others) {
      return Arrays.equals(bytes, others);
    }
    if (value instanceof DecimalData number && wanted instanceof DecimalData other) {
      return number.compareTo(other) == 0;
    }
    return value != null && value.equals(wanted);
  }
}
