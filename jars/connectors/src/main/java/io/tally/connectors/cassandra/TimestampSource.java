package io.tally.connectors.cassandra;

import org.apache.flink.table.data.RowData;

/** Where the write timestamps of a writer come from, in microseconds. */
interface TimestampSource {

  /** Whether a timestamp can be had now. If not, a mail of the task will bring the change. */
  boolean ready();

  /** Whether each timestamp is higher than all before it. */
  boolean rise();

  /** The write timestamp of a row; ask {@link #ready} first. */
  long next(RowData row);
}
