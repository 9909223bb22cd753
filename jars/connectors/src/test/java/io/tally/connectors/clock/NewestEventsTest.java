package io.tally.connectors.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class NewestEventsTest {

  private final NewestEvents newest = new NewestEvents();

  @Test
  void isTheNewestByEventTimeAndTheLastOfEqualOnes() {
    NewestEvents.Newest ofPartition = newest.begin("t-0", 1_000);
    ofPartition.take(30, 1);
    ofPartition.take(20, 2);
    assertThat(newest.of("t-0")).isEqualTo(new Event(30, 1, 1_000));
    ofPartition.take(30, 3);
    assertThat(newest.of("t-0")).isEqualTo(new Event(30, 3, 1_000));
    assertThat(newest.of("t-1")).isNull();
  }

  @Test
  void goesOnFromACheckpointAndTakesTheDelayOfToday() {
    KafkaPartitionSplit split = new KafkaPartitionSplit(new TopicPartition("t", 0), 3);
    newest.restore(List.of(new TimedSplit(split, new Event(30, 1, 1_000))));
    assertThat(newest.of("t-0")).isEqualTo(new Event(30, 1, 1_000));
    NewestEvents.Newest ofPartition = newest.begin("t-0", 7_000);
    assertThat(newest.of("t-0")).isEqualTo(new Event(30, 1, 7_000));
    ofPartition.take(20, 2);
    assertThat(newest.of("t-0")).isEqualTo(new Event(30, 1, 7_000));
    ofPartition.take(40, 3);
    assertThat(newest.of("t-0")).isEqualTo(new Event(40, 3, 7_000));
  }
}
