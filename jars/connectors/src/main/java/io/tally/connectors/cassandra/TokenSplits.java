package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.metadata.TokenMap;
import com.datastax.oss.driver.api.core.metadata.token.Token;
import com.datastax.oss.driver.api.core.metadata.token.TokenRange;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Cuts the ring into splits. */
final class TokenSplits {

  private TokenSplits() {}

  /**
   * Cuts along the ring's own ranges, each of which has its replicas, and further where these are
   * too few.
   *
   * @param atLeast number of splits wanted
   */
  static List<TokenSplit> of(TokenMap ring, int atLeast) {
    List<TokenRange> ranges =
        ring.getTokenRanges().stream().flatMap(range -> range.unwrap().stream()).toList();
    int pieces = (atLeast + ranges.size() - 1) / ranges.size();
    return new TreeSet<>(ranges)
        .stream()
            .flatMap(range -> cut(range, pieces).stream())
            .map(range -> split(ring, range))
            .collect(Collectors.toList());
  }

  /** A range of few tokens gives fewer pieces, some of which would be empty. */
  private static List<TokenRange> cut(TokenRange range, int pieces) {
    return range.splitEvenly(pieces).stream().filter(piece -> !piece.isEmpty()).toList();
  }

  private static TokenSplit split(TokenMap ring, TokenRange range) {
    return TokenSplit.of(ring.format(range.getStart()), end(ring, range));
  }

  /** The ring ends with the lowest token, at which it also begins. */
  private static String end(TokenMap ring, TokenRange range) {
    Token end = range.getEnd();
    boolean endOfRing = end.compareTo(range.getStart()) <= 0;
    return endOfRing ? null : ring.format(end);
  }
}
