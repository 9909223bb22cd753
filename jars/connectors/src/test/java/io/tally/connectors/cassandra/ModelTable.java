package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.ModelCase.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.types.RowKind;

/**
 * The table that a changelog goes to, and its sink: (p, c, v, [at], [s static], w, [ttl]).
 *
 * @param partial whether w is left out of the insert; then it holds what others wrote
 * @param statics whether there is a static column
 * @param options options of the sink
 */
record ModelTable(boolean partial, boolean statics, Map<String, String> options) {

  static final String TIMESTAMP_COLUMN = "sink.timestamp.column";
  static final String TTL_COLUMN = "sink.ttl.column";
  static final String NULL_HANDLING = "sink.null-handling";

  boolean hasTimestamps() {
    return options.containsKey(TIMESTAMP_COLUMN);
  }

  boolean hasTtl() {
    return options.containsKey(TTL_COLUMN);
  }

  boolean leavesNullsUnset() {
    return options.containsKey(NULL_HANDLING);
  }

  ModelTable without(String option) {
    Map<String, String> others = new TreeMap<>(options);
    others.remove(option);
    return new ModelTable(partial, statics, others);
  }

  FakeSink sink() {
    Tables flink = flink();
    List<TargetTable.Column> stored = flink.target().columns();
    ServerTable server = flink.server(List.of("p"), List.of("c"));
    return FakeSink.of(
        flink,
        partial ? stored.subList(0, stored.size() - 1) : stored,
        new ServerTable(server.key(), server.types(), statics ? Set.of("s") : Set.of()));
  }

  private Tables flink() {
    Tables flink =
        new Tables()
            .column("p", DataTypes.STRING().notNull())
            .column("c", DataTypes.INT().notNull())
            .column("v", DataTypes.BIGINT());
    if (hasTimestamps()) {
      flink.column("at", DataTypes.BIGINT());
    }
    if (statics) {
      flink.column("s", DataTypes.STRING());
    }
    flink.column("w", DataTypes.STRING());
    if (hasTtl()) {
      flink.column("ttl", DataTypes.INT());
    }
    options.forEach(flink::option);
    return flink.key("p", "c");
  }

  private List<String> stored() {
    List<String> names = new ArrayList<>(List.of("p", "c", "v"));
    if (hasTimestamps()) {
      names.add("at");
    }
    if (statics) {
      names.add("s");
    }
    names.add("w");
    return names;
  }

  /** The changelog's rows for a change. */
  List<RowData> rows(Change change) {
    return switch (change.kind()) {
      case INSERT -> List.of(row(RowKind.INSERT, change));
      case UPSERT -> List.of(row(RowKind.UPDATE_AFTER, change));
      case UPDATE -> List.of(row(RowKind.UPDATE_BEFORE, change), row(RowKind.UPDATE_AFTER, change));
      case DELETE -> List.of(row(RowKind.DELETE, change));
      case LEAVE -> List.of(row(RowKind.UPDATE_BEFORE, change));
    };
  }

  private RowData row(RowKind kind, Change change) {
    ModelCase.Values values = change.values();
    List<Object> fields =
        new ArrayList<>(
            List.of(StringData.fromString(change.key().p()), (Object) change.key().c()));
    fields.add(values.v());
    if (hasTimestamps()) {
      fields.add(values.at());
    }
    if (statics) {
      fields.add(StringData.fromString(values.s()));
    }
    fields.add(StringData.fromString(values.w()));
    if (hasTtl()) {
      fields.add(values.ttl());
    }
    return GenericRowData.ofKind(kind, fields.toArray());
  }

  /** What somebody else wrote into column w, before all else. */
  RowWrite written(ModelCase.Key key, String w) {
    ByteBuffer[] cells =
        Collections.nCopies(stored().size(), RowWrite.UNSET).toArray(ByteBuffer[]::new);
    cells[0] = ByteBuffer.wrap(key.p().getBytes(StandardCharsets.UTF_8));
    cells[1] = ByteBuffer.allocate(Integer.BYTES).putInt(0, key.c());
    cells[cells.length - 1] = ByteBuffer.wrap(w.getBytes(StandardCharsets.UTF_8));
    RowKey rowKey = new RowKey(List.of(cells[0]), List.of(cells[1]));
    return RowWrite.upsert(rowKey, Arrays.asList(cells), 0);
  }

  /** Positions of the static columns in an INSERT. */
  Set<Integer> staticPositions() {
    return statics ? Set.of(stored().indexOf("s")) : Set.of();
  }

  /** What a reader sees, in the form of {@link ModelContent}. */
  Map<String, Map<String, String>> read(FakeCassandra cassandra) {
    Map<String, Map<String, String>> rows = new TreeMap<>();
    for (RowKey key : cassandra.keys()) {
      Map<String, String> row = readRow(cassandra, key);
      if (!row.isEmpty()) {
        rows.put(name(key), row);
      }
    }
    return rows;
  }

  private Map<String, String> readRow(FakeCassandra cassandra, RowKey key) {
    Map<Integer, Integer> ttls = cassandra.ttls(key);
    Map<String, String> row = new TreeMap<>();
    cassandra
        .row(key)
        .forEach(
            (position, value) -> {
              String column = stored().get(position);
              row.put(column, ModelContent.cell(decoded(column, value), ttls.get(position)));
            });
    return row;
  }

  private static String name(RowKey key) {
    String p = decoded("p", key.partition().get(0));
    return key.clustering().isEmpty() ? p : p + "/" + decoded("c", key.clustering().get(0));
  }

  private static String decoded(String column, ByteBuffer value) {
    return switch (column) {
      case "c" -> String.valueOf(value.getInt(value.position()));
      case "v", "at" -> String.valueOf(value.getLong(value.position()));
      default -> StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    };
  }

  @Override
  public String toString() {
    return (partial ? "insert of some columns " : "insert of all columns ")
        + stored()
        + (statics ? ", s is static, " : ", ")
        + options;
  }
}
