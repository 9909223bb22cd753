package io.tally.connectors.cassandra;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody who mistyped a name may have meant. */
final class NearestName {

  private NearestName() {}

  /** The name with the least edit distance; the first of several. */
  static String of(String written, Collection<String> names) {
    return names.stream()
        .min(Comparator.comparingInt(name -> distance(written, name)))
        .orElseThrow();
  }

  /** Characters to insert, remove or replace (Levenshtein). */
  static int distance(String one, String other) {
    int[] previous = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replace = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replace, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[other.length()];
  }
}
