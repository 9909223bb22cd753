package io.tally.connectors.cassandra;

import org.apache.flink.api.connector.source.SourceSplit;

/**
 * The partitions of a token range, and how far it has been read.
 *
 * @param start the token before the first, as the driver writes it
 * @param end the last token, or null to read to the end of the ring
 * @param position where to go on
 */
record TokenSplit(String start, String end, Position position) implements SourceSplit {

  /** Where reading goes on: always between two pages, since a page is emitted whole. */
  sealed interface Position {

    /** Before the first page. */
    record Start() implements Position {}

    /** After a page, by the server's paging state. */
    record After(byte[] pagingState) implements Position {}

    /** After the last page. */
    record End() implements Position {}
  }

  static TokenSplit of(String start, String end) {
    return new TokenSplit(start, end, new Position.Start());
  }

  TokenSplit at(Position next) {
    return new TokenSplit(start, end, next);
  }

  boolean isRead() {
    return position instanceof Position.End;
  }

  @Override
  public String splitId() {
    return start + ".." + (end == null ? "" : end);
  }
}
