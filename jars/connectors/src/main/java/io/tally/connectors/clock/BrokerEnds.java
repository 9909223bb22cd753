package io.tally.connectors.clock;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.Admin;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.TopicPartition;

/**
 * Asks the broker.
 *
 * <p>The end is that of all that was written, open transactions included: what is in them is still
 * to be read, and a reader does not get beyond before they end.
 */
final class BrokerEnds implements PartitionEnds {

  private static final long ANSWERS_WITHIN_SECONDS = 5;

  private final Admin admin;

  /**
   * @param properties of the source
   */
  BrokerEnds(Properties properties) {
    this.admin = Admin.create(properties);
  }

  @Override
  public Map<TopicPartition, Long> of(Set<TopicPartition> partitions) throws Exception {
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(latest)
        .all()
        .get(ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS)
        .forEach((partition, end) -> offsets.put(partition, end.offset()));
    return offsets;
  }

  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
