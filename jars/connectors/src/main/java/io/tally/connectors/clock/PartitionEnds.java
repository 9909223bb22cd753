package io.tally.connectors.clock;

import java.util.Map;
import java.util.Set;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;

/** Knows where partitions end: the broker. */
interface PartitionEnds extends AutoCloseable {

  /**
   * Returns the offsets behind the last records of partitions, all of them.
   *
   * @throws Exception if the broker does not answer in time
   */
  Map<TopicPartition, Long> of(Set<TopicPartition> partitions) throws Exception;

  @Override
  void close();
}
