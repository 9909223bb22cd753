package io.tally.connectors.kafka;

import io.tally.connectors.clock.NewestEvents;
import io.tally.connectors.clock.NewestEvents.Newest;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;
import org.apache.flink.table.data.RowData;

/** Notes the newest event of each partition, from rows whose event time was judged. */
final class PartitionTimes {

  private final NewestEvents newest;
  private final EventTimes eventTimes;
  private final Map<TopicPartition, Newest> newestOf = new HashMap<>();
  private TopicPartition noted = new TopicPartition("", -1);
  private Newest ofNoted;

  /**
   * @param newest where they are noted
   * @param eventTimes judges the rows
   */
  PartitionTimes(NewestEvents newest, EventTimes eventTimes) {
    this.newest = newest;
    this.eventTimes = eventTimes;
  }

  /** Notes the row that was judged last. */
  void note(ConsumerRecord<?, ?> kafkaRecord, RowData row) {
    // Records come by partition, many of one together.
    if (kafkaRecord.partition() != noted.partition()
        || !kafkaRecord.topic().equals(noted.topic())) {
      noted = new TopicPartition(kafkaRecord.topic(), kafkaRecord.partition());
      ofNoted = newestOf.computeIfAbsent(noted, partition -> begun(partition, row));
    }
    ofNoted.take(eventTimes.last(), kafkaRecord.timestamp());
  }

  private Newest begun(TopicPartition partition, RowData row) {
    return newest.begin(KafkaPartitionSplit.toSplitId(partition), eventTimes.delay(row));
  }
}
