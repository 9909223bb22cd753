package io.tally.connectors.cassandra;

import java.io.Serializable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;

/**
 * A column of the partition key that bounds partitions of a time series: the start, in UTC, of the
 * span of {@code width} milliseconds that the row's time falls into.
 *
 * @param column its name in Cassandra, of CQL type timestamp
 * @param source the time column it is taken from
 * @param width milliseconds that one bucket spans
 */
record TimeBucket(String column, TargetTable.Column source, long width) implements Serializable {

  TimestampData of(RowData row) {
    return of(row.getTimestamp(source.position(), CqlTypes.TIMESTAMP_PRECISION));
  }

  TimestampData of(TimestampData time) {
    long millisecond = time.getMillisecond();
    long into = Math.floorMod(millisecond, width);
    // Of the first moment that there is, no earlier one is the start of a span.
    return TimestampData.fromEpochMillis(Math.max(Long.MIN_VALUE + into, millisecond) - into);
  }
}
