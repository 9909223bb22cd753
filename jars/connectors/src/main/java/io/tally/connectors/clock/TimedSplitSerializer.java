package io.tally.connectors.clock;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Flink's form of a split, with its newest event behind it.
 *
 * <p>Flink's own serializer does not look behind what it has written, and this one reads what that
 * has written: so a job goes on from a checkpoint where the clock is switched on or off.
 */
final class TimedSplitSerializer implements SimpleVersionedSerializer<KafkaPartitionSplit> {

  private static final int EVENT_BYTES = 3 * Long.BYTES;

  private final SimpleVersionedSerializer<KafkaPartitionSplit> splits;

  TimedSplitSerializer(SimpleVersionedSerializer<KafkaPartitionSplit> splits) {
    this.splits = splits;
  }

  @Override
  public int getVersion() {
    return splits.getVersion();
  }

  @Override
  public byte[] serialize(KafkaPartitionSplit split) throws IOException {
    byte[] plain = splits.serialize(split);
    Event newest = TimedSplit.newestOf(split);
    if (newest == null) {
      return plain;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(plain.length + EVENT_BYTES);
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(plain);
    newest.write(out);
    return bytes.toByteArray();
  }

  @Override
  public KafkaPartitionSplit deserialize(int version, byte[] serialized) throws IOException {
    KafkaPartitionSplit split = splits.deserialize(version, serialized);
    int plain = splits.serialize(split).length;
    if (serialized.length == plain) {
      return split;
    }
    DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(serialized, plain, serialized.length - plain));
    return new TimedSplit(split, Event.read(in));
  }
}
