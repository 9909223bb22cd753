package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.CqlIdentifier;
import com.datastax.oss.driver.api.core.cql.Row;
import com.datastax.oss.driver.api.core.metadata.schema.ColumnMetadata;
import com.datastax.oss.driver.api.core.metadata.schema.TableMetadata;
import io.tally.connectors.cassandra.TargetTable.Column;
import java.util.List;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** Turns a row of a result into Flink's: the first columns of the result, in their order. */
record RowDecoder(List<ColumnDecoder> columns) {

  /**
   * The decoder of a result of these columns.
   *
   * @param found the table as the server has it
   * @throws CassandraRefusedException if it lacks a column, or has it of a type that does not fit
   */
  static RowDecoder of(TargetTable table, List<Column> columns, TableMetadata found) {
    return new RowDecoder(
        columns.stream()
            .map(column -> ColumnDecoder.of(table, column, find(table, column, found).getType()))
            .toList());
  }

  private static ColumnMetadata find(TargetTable table, Column column, TableMetadata found) {
    return found
        .getColumn(CqlIdentifier.fromInternal(column.name()))
        .orElseThrow(
            () ->
                new CassandraRefusedException(
                    "column %s.%s does not exist in Cassandra; the table has %s"
                        .formatted(
                            table,
                            column.name(),
                            found.getColumns().keySet().stream()
                                .map(CqlIdentifier::asInternal)
                                .toList())));
  }

  RowData decode(Row row) {
    GenericRowData decoded = new GenericRowData(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      decoded.setField(i, columns.get(i).decode(row.getBytesUnsafe(i)));
    }
    return decoded;
  }
}
