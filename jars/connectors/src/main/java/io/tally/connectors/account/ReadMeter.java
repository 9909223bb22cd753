package io.tally.connectors.account;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;

/**
 * Counts the records of a source by partition, and those that are no rows by reason.
 *
 * <p>It may part the two, so that what is no row costs the way of the rows nothing, nor the other
 * way round: then rows alone go on, and the others leave it by a side output.
 */
public final class ReadMeter extends Meter {

  private static final long serialVersionUID = 1L;

  /** Reason of a record that is a deletion, which the source says to leave out. */
  private static final String SKIPPED = "skipped";

  /** Begins the text of a letter that stands where records are lost: {@code lost/retention/50}. */
  private static final String LOST = "lost/";

  private static final int LETTER_FIELDS = 9;
  private static final int PARTITION = 4;
  private static final int REASON = 7;
  private static final int ERROR = 8;

  private final int topic;
  private final int partition;
  private final int letter;
  private final OutputTag<RowData> aside;
  private transient Map<String, Map<Integer, Count>> read;
  // Records come by partition, many of one together.
  private transient int lastNumber;
  private transient Count last;

  /**
   * @param topic column of the record's topic; -1: the source reads one topic, or it is not known
   * @param partition column of its partition; -1: not known
   * @param letter column of its dead letter
   * @param aside where records go that are no rows; null: on, with the rows
   */
  public ReadMeter(String meter, int topic, int partition, int letter, OutputTag<RowData> aside) {
    super(meter);
    this.topic = topic;
    this.partition = partition;
    this.letter = letter;
    this.aside = aside;
  }

  @Override
  public void open() throws Exception {
    super.open();
    read = new HashMap<>();
    last = null;
  }

  @Override
  public void processElement(StreamRecord<RowData> element) {
    RowData row = element.getValue();
    if (isLoss(row)) {
      countLost(row);
      return;
    }
    countOf(row).add(1);
    if (row.isNullAt(letter)) {
      output.collect(element);
    } else {
      noRow(element);
    }
  }

  /** Tells whether records are lost where a row stands that is of no record. */
  private boolean isLoss(RowData row) {
    if (row.isNullAt(letter)) {
      return false;
    }
    RowData said = row.getRow(letter, LETTER_FIELDS);
    return said.getString(REASON).toString().equals(SKIPPED)
        && said.getString(ERROR).toString().startsWith(LOST);
  }

  private void countLost(RowData row) {
    RowData said = row.getRow(letter, LETTER_FIELDS);
    String text = said.getString(ERROR).toString();
    int number = text.lastIndexOf('/') + 1;
    count(text.substring(0, number) + place(row, said)).add(Long.parseLong(text.substring(number)));
  }

  private String place(RowData row, RowData said) {
    String from = topic < 0 ? "" : row.getString(topic) + "/";
    return from + said.getInt(PARTITION);
  }

  private void noRow(StreamRecord<RowData> element) {
    String reason = element.getValue().getRow(letter, LETTER_FIELDS).getString(REASON).toString();
    count(reason.equals(SKIPPED) ? SKIPPED : "dead/" + reason).add(1);
    if (aside == null) {
      output.collect(element);
    } else {
      output.collect(aside, element);
    }
  }

  private Count countOf(RowData row) {
    int number = partition < 0 ? -1 : row.getInt(partition);
    if (topic >= 0) {
      return countOf(row.getString(topic) + "/", number);
    }
    if (last == null || number != lastNumber) {
      last = countOf("", number);
      lastNumber = number;
    }
    return last;
  }

  private Count countOf(String from, int number) {
    Map<Integer, Count> ofTopic = read.computeIfAbsent(from, unknown -> new HashMap<>());
    Count known = ofTopic.get(number);
    if (known == null) {
      known = count(number < 0 ? "read" : "read/" + from + number);
      ofTopic.put(number, known);
    }
    return known;
  }
}
