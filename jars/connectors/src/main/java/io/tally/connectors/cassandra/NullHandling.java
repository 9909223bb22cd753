package io.tally.connectors.cassandra;

import static org.apache.flink.configuration.description.TextElement.text;

import org.apache.flink.configuration.DescribedEnum;
import org.apache.flink.configuration.description.InlineElement;

/** What a null in a column that is not of the key does to the row in Cassandra. */
public enum NullHandling implements DescribedEnum {
  WRITE("write", "the column becomes null, whatever it held; costs a tombstone"),
  UNSET("unset", "the column keeps what it held; no tombstone, for rows that are written once");

  private final String value;
  private final String description;

  NullHandling(String value, String description) {
    this.value = value;
    this.description = description;
  }

  @Override
  public InlineElement getDescription() {
    return text(description);
  }

  /** As it is written in an option. */
  @Override
  public String toString() {
    return value;
  }
}
