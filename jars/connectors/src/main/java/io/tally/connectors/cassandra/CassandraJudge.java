package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.type.DataType;
import com.datastax.oss.driver.api.core.type.DataTypes;
import io.tally.connectors.refused.RowJudge;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.api.common.serialization.SerializationSchema;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.table.data.RowData;

/**
 * Judges rows for a table that was made of the Flink table, and so has the nearest CQL types: by
 * the encoder that writes them.
 */
public final class CassandraJudge implements RowJudge {

  private static final long serialVersionUID = 1L;

  /** Cassandra takes so much in any column, and in all of a key's together. */
  private static final int PLAIN_BYTES = 8_192;

  private final CassandraSink sink;
  private final List<String> partition;
  private final List<String> clustering;
  private transient RowEncoder encoder;

  private CassandraJudge(CassandraSink sink, List<String> partition, List<String> clustering) {
    this.sink = sink;
    this.partition = partition;
    this.clustering = clustering;
  }

  /**
   * Makes the judge of a sink; none if the sink is none of Cassandra's.
   *
   * @param partition columns of the Cassandra table's partition key
   * @param clustering its clustering columns
   */
  public static Optional<RowJudge> of(
      Sink<?> sink, List<String> partition, List<String> clustering) {
    return sink instanceof CassandraSink cassandra
        ? Optional.of(new CassandraJudge(cassandra, partition, clustering))
        : Optional.empty();
  }

  @Override
  public String sink() {
    return "cassandra";
  }

  @Override
  public void open(SerializationSchema.InitializationContext context) {
    TargetTable table = sink.table();
    Map<String, DataType> types = new HashMap<>();
    table.columns().forEach(column -> types.put(column.name(), CqlTypes.of(column)));
    table.timeBucket().ifPresent(bucket -> types.put(bucket.column(), DataTypes.TIMESTAMP));
    ServerTable server = new ServerTable(new KeyColumns(partition, clustering), types, Set.of());
    encoder = sink.encoder(table, server);
  }

  @Override
  public String refusal(RowData row) {
    try {
      encoder.encode(row, 0);
      return null;
    } catch (CassandraRefusedException e) {
      return e.getMessage();
    }
  }

  @Override
  public int plainBytes() {
    return sink.settings().maxRowBytes() < 2L * PLAIN_BYTES ? -1 : PLAIN_BYTES;
  }
}
