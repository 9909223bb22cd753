package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class TimedSplitSerializerTest {

  private static final KafkaPartitionSplit SPLIT =
      new KafkaPartitionSplit(new TopicPartition("größen", 3), 17, 40);
  private static final Event EVENT = new Event(-5, Long.MAX_VALUE, 1_000);

  private final KafkaPartitionSplitSerializer plain = new KafkaPartitionSplitSerializer();
  private final TimedSplitSerializer timed = new TimedSplitSerializer(plain);

  @Test
  void keepsTheNewestEvent() throws IOException {
    KafkaPartitionSplit read = timed.deserialize(0, timed.serialize(new TimedSplit(SPLIT, EVENT)));
    assertThat(read).isEqualTo(SPLIT);
    assertThat(TimedSplit.newestOf(read)).isEqualTo(EVENT);
  }

  @Test
  void aSplitWithoutAnEventHasNone() throws IOException {
    for (KafkaPartitionSplit split :
        new KafkaPartitionSplit[] {SPLIT, new TimedSplit(SPLIT, null)}) {
      KafkaPartitionSplit read = timed.deserialize(0, timed.serialize(split));
      assertThat(read).isEqualTo(SPLIT);
      assertThat(TimedSplit.newestOf(read)).isNull();
    }
  }

  @Test
  void goesOnWhereTheClockIsSwitchedOnOrOff() throws IOException {
    assertThat(timed.getVersion()).isEqualTo(plain.getVersion());
    assertThat(timed.deserialize(0, plain.serialize(SPLIT))).isEqualTo(SPLIT);
    assertThat(plain.deserialize(0, timed.serialize(new TimedSplit(SPLIT, EVENT))))
        .isEqualTo(SPLIT);
  }
}
