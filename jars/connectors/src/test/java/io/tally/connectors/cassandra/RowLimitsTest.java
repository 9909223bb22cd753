package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The server's side of it is in {@link CassandraServerTest}. */
class RowLimitsTest {

  private static final TargetTable TABLE =
      new Tables().column("k", DataTypes.STRING()).key("k").target();

  private static List<ByteBuffer> values(String lengths) {
    return Arrays.stream(lengths.split("\\+"))
        .map(String::trim)
        .filter(length -> !length.isEmpty())
        .map(length -> ByteBuffer.allocate(Integer.parseInt(length)))
        .toList();
  }

  private static void check(String partition, String clustering, int value) {
    RowKey key = new RowKey(values(partition), values(clustering));
    List<String> partitionNames = List.of("k", "l").subList(0, key.partition().size());
    List<String> clusteringNames = List.of("c", "d").subList(0, key.clustering().size());
    RowLimits limits =
        new RowLimits(TABLE, new KeyColumns(partitionNames, clusteringNames), 1_000_000);
    limits.check(RowWrite.upsert(key, List.of(ByteBuffer.allocate(value)), 1));
    limits.check(RowWrite.delete(key, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "1,             '',          0",
    "65535,         '',          0",
    "0+0,           '',          0",
    "65529+0,       '',          0",
    "30000+35529,   0+0,         0",
    "1,             65535,       0",
    "1,             65534+1,     0",
    "1,             '',     999900",
  })
  void takesWhatCassandraTakes(String partition, String clustering, int value) {
    assertThatCode(() -> check(partition, clustering, value)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|''|0|partition key of ks.t: column k is empty, and Cassandra takes no empty partition key",
        "65536|''|0|partition key of ks.t: column k has 65536 bytes, more than the 65535 that Cassandra takes",
        "65520+10|''|0|partition key of ks.t: columns k, l have 65536 bytes, more than the 65535 that Cassandra takes",
        "1|65536|0|clustering key of ks.t: column c has 65536 bytes, more than the 65535 that Cassandra takes",
        "1|65535+1|0|clustering key of ks.t: columns c, d have 65536 bytes, more than the 65535 that Cassandra takes",
        "1|''|1000000|row of ks.t: it has about 1000044 bytes, more than 'sink.max-row-size' of 1000000",
      })
  void refusesWhatItDoesNot(String partition, String clustering, int value, String why) {
    assertThatThrownBy(() -> check(partition, clustering, value))
        .isInstanceOf(CassandraRefusedException.class)
        .hasMessage(why);
  }
}
