package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import io.tally.connectors.lost.LogIdentity;
import io.tally.connectors.lost.TrackedSplit;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class TimedSplitSerializerTest {

  private static final KafkaPartitionSplit SPLIT =
      new KafkaPartitionSplit(new TopicPartition("größen", 3), 17, 40);
  private static final LogIdentity LOG = new LogIdentity(Uuid.randomUuid(), 7);
  private static final Event EVENT = new Event(-5, Long.MAX_VALUE, 1_000);

  private final KafkaPartitionSplitSerializer plain = new KafkaPartitionSplitSerializer();
  private final TimedSplitSerializer timed = new TimedSplitSerializer(plain);

  @Test
  void keepsTheLogAndTheNewestEvent() throws IOException {
    KafkaPartitionSplit tracked = new TrackedSplit(SPLIT, LOG);
    for (KafkaPartitionSplit split :
        new KafkaPartitionSplit[] {SPLIT, tracked, new TimedSplit(tracked, EVENT)}) {
      KafkaPartitionSplit read = timed.deserialize(timed.getVersion(), timed.serialize(split));
      assertThat(read).isEqualTo(SPLIT);
      assertThat(TrackedSplit.identityOf(read)).isEqualTo(TrackedSplit.identityOf(split));
      assertThat(TimedSplit.newestOf(read)).isEqualTo(TimedSplit.newestOf(split));
    }
  }

  @Test
  void aSplitWithoutAnEventHasNone() throws IOException {
    byte[] written = timed.serialize(new TimedSplit(SPLIT, null));
    assertThat(TimedSplit.newestOf(timed.deserialize(timed.getVersion(), written))).isNull();
  }

  @Test
  void readsWhatFlinkHasWritten() throws IOException {
    assertThat(timed.getVersion()).isNotEqualTo(plain.getVersion());
    KafkaPartitionSplit read = timed.deserialize(plain.getVersion(), plain.serialize(SPLIT));
    assertThat(read).isEqualTo(SPLIT);
    assertThat(TrackedSplit.identityOf(read).topic()).isNull();
    assertThat(TimedSplit.newestOf(read)).isNull();
  }

  /** The newest event stood behind Flink's form, under Flink's version. */
  @Test
  void readsWhatAnOlderTallyHasWritten() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(plain.serialize(SPLIT));
    EVENT.write(new DataOutputStream(bytes));
    KafkaPartitionSplit read = timed.deserialize(plain.getVersion(), bytes.toByteArray());
    assertThat(read).isEqualTo(SPLIT);
    assertThat(TrackedSplit.identityOf(read).topic()).isNull();
    assertThat(TimedSplit.newestOf(read)).isEqualTo(EVENT);
  }
}
