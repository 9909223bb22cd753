package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnTimestampsTest {

  private static Tables table(DataType type) {
    return new Tables()
        .column("k", DataTypes.STRING().notNull())
        .column("at", type)
        .key("k")
        .option("sink.timestamp.column", "at");
  }

  static Stream<Arguments> microseconds() {
    TimestampData time = TimestampData.fromEpochMillis(1_234);
    return Stream.of(
        Arguments.of(DataTypes.BIGINT(), 1_234_567L, 1_234_567L),
        Arguments.of(DataTypes.TIMESTAMP(3), time, 1_234_000L),
        Arguments.of(DataTypes.TIMESTAMP_LTZ(3), time, 1_234_000L),
        Arguments.of(
            DataTypes.TIMESTAMP_LTZ(0), TimestampData.fromEpochMillis(-1_000), -1_000_000L));
  }

  @ParameterizedTest
  @MethodSource
  void microseconds(DataType type, Object value, long micros) {
    Tables table = table(type);
    TimestampSource timestamps = table.steering().timestamps(table.target()).orElseThrow();
    assertThat(timestamps.next(GenericRowData.of(StringData.fromString("k"), value)))
        .isEqualTo(micros);
  }

  @Test
  void isStoredUnlessItIsATimeToLive() {
    assertThat(table(DataTypes.BIGINT()).target().columns()).hasSize(2);
    assertThat(table(DataTypes.BIGINT()).option("sink.ttl.column", "at").target().columns())
        .extracting(TargetTable.Column::name)
        .containsExactly("k");
  }
}
