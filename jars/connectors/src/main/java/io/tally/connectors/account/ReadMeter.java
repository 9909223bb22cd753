package io.tally.connectors.account;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;

/** Counts the records of a source by partition, and those that are no rows by reason. */
public final class ReadMeter extends Meter {

  private static final long serialVersionUID = 1L;

  /** Reason of a record that is a deletion, which the source says to leave out. */
  private static final String SKIPPED = "skipped";

  private static final int LETTER_FIELDS = 9;
  private static final int REASON = 7;

  private final int topic;
  private final int partition;
  private final int letter;
  private transient Map<String, Map<Integer, Count>> read;

  /**
   * @param topic column of the record's topic; -1: the source reads one topic, or it is not known
   * @param partition column of its partition; -1: not known
   * @param letter column of its dead letter
   */
  public ReadMeter(String meter, int topic, int partition, int letter) {
    super(meter);
    this.topic = topic;
    this.partition = partition;
    this.letter = letter;
  }

  @Override
  public void open() throws Exception {
    super.open();
    read = new HashMap<>();
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    countOf(row).add(1);
    if (!row.isNullAt(letter)) {
      String reason = row.getRow(letter, LETTER_FIELDS).getString(REASON).toString();
      count(reason.equals(SKIPPED) ? SKIPPED : "dead/" + reason).add(1);
    }
    output.collect(element);
  }

  private Count countOf(RowData row) {
    String from = topic < 0 ? "" : row.getString(topic) + "/";
    int number = partition < 0 ? -1 : row.getInt(partition);
    Map<Integer, Count> ofTopic = read.computeIfAbsent(from, unknown -> new HashMap<>());
    Count known = ofTopic.get(number);
    if (known == null) {
      known = count(number < 0 ? "read" : "read/" + from + number);
      ofTopic.put(number, known);
    }
    return known;
  }
}
