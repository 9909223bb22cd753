package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.ModelCase.Change;
import io.tally.connectors.cassandra.ModelCase.Key;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a table must hold: the changelog applied in order, or in the order of its timestamps where a
 * column holds them. Rows by {@code p/c}, and by {@code p} the static column of a partition.
 */
final class ModelContent {

  private static final Comparator<Change> BY_TIMESTAMP =
      Comparator.<Change>comparingLong(change -> change.values().at())
          .thenComparing(change -> change.kind().takesAway());

  private final ModelTable table;
  private final Map<String, Map<String, String>> rows = new TreeMap<>();

  private ModelContent(ModelTable table) {
    this.table = table;
  }

  /**
   * @param others column w of rows that others wrote before all else
   */
  static Map<String, Map<String, String>> of(
      ModelTable table, Map<Key, String> others, List<Change> changes) {
    ModelContent content = new ModelContent(table);
    others.forEach((key, w) -> content.setOthers(key, w));
    List<Change> inOrder = new ArrayList<>(changes);
    if (table.hasTimestamps()) {
      inOrder.sort(BY_TIMESTAMP);
    }
    inOrder.forEach(content::apply);
    content.rows.values().removeIf(Map::isEmpty);
    return content.rows;
  }

  static String cell(Object value, int ttl) {
    return "'" + value + "'" + (ttl == 0 ? "" : " for " + ttl + " s");
  }

  private void setOthers(Key key, String w) {
    Map<String, String> row = row(key.toString());
    setKey(row, key, 0);
    set(row, "w", w, 0);
  }

  private void apply(Change change) {
    if (change.kind().takesAway()) {
      rows.remove(change.key().toString());
    } else {
      upsert(change.key(), change.values());
    }
  }

  private void upsert(Key key, ModelCase.Values values) {
    int ttl = table.hasTtl() && values.ttl() != null ? values.ttl() : 0;
    Map<String, String> row = row(key.toString());
    setKey(row, key, ttl);
    set(row, "v", values.v(), ttl);
    if (table.hasTimestamps()) {
      set(row, "at", values.at(), ttl);
    }
    if (table.statics()) {
      set(row(key.p()), "s", values.s(), ttl);
    }
    if (!table.partial()) {
      set(row, "w", values.w(), ttl);
    }
  }

  private Map<String, String> row(String name) {
    return rows.computeIfAbsent(name, absent -> new TreeMap<>());
  }

  private void setKey(Map<String, String> row, Key key, int ttl) {
    set(row, "p", key.p(), ttl);
    set(row, "c", key.c(), ttl);
  }

  private void set(Map<String, String> row, String column, Object value, int ttl) {
    if (value != null) {
      row.put(column, cell(value, ttl));
    } else if (!table.leavesNullsUnset()) {
      row.remove(column);
    }
  }
}
