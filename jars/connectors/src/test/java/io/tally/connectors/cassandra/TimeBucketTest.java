package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.cassandra.TargetTable.Column;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeBucketTest {

  @Test
  void theFirstMomentsAreInTheFirstBucket() {
    Column source = new Column("t", DataTypes.TIMESTAMP(3).getLogicalType(), 0);
    TimeBucket day = new TimeBucket("bucket", source, Duration.ofDays(1).toMillis());
    assertThat(day.of(TimestampData.fromEpochMillis(Long.MIN_VALUE)).getMillisecond())
        .isEqualTo(Long.MIN_VALUE);
    assertThat(day.of(TimestampData.fromEpochMillis(Long.MAX_VALUE)).getMillisecond())
        .isEqualTo(Math.floorDiv(Long.MAX_VALUE, 86_400_000L) * 86_400_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "2013-01-02T00:00:00Z, 2013-01-02T00:00:00Z",
    "2013-01-02T23:59:59.999Z, 2013-01-02T00:00:00Z",
    "1969-12-31T23:00:00Z, 1969-12-31T00:00:00Z",
    "1970-01-01T00:00:00Z, 1970-01-01T00:00:00Z",
  })
  void startsAtAMultipleOfItsWidth(Instant time, Instant start) {
    Column source = new Column("t", DataTypes.TIMESTAMP(3).getLogicalType(), 0);
    TimeBucket day = new TimeBucket("bucket", source, Duration.ofDays(1).toMillis());
    assertThat(day.of(GenericRowData.of(TimestampData.fromInstant(time))).toInstant())
        .isEqualTo(start);
  }
}
