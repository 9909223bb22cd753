package io.tally.connectors.cassandra;

import java.util.List;
import org.apache.flink.table.data.RowData;

/**
 * Rows that one request brought.
 *
 * @param next where the split goes on after them
 */
record Page(List<RowData> rows, TokenSplit.Position next) {}
