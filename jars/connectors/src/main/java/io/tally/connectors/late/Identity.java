package io.tally.connectors.late;

import java.io.Serializable;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;

/**
 * Where a row says which record it was. These columns are the last of the row.
 *
 * @param onlyTopic the topic, if there is one only
 * @param topic column of the topic, or -1
 * @param partition column of the partition; -1 if the row was not one record
 * @param offset column of the offset
 */
public record Identity(String onlyTopic, int topic, int partition, int offset)
    implements Serializable {

  boolean isKnown() {
    return partition >= 0;
  }

  StringData topicOf(RowData row) {
    return topic < 0 ? StringData.fromString(onlyTopic) : row.getString(topic);
  }

  /** How many columns of a row are those of the query. */
  int columns(int all) {
    return isKnown() ? Math.min(partition, topic < 0 ? partition : topic) : all;
  }
}
