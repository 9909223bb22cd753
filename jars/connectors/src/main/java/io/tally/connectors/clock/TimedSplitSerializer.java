package io.tally.connectors.clock;

import io.tally.connectors.lost.LogIdentity;
import io.tally.connectors.lost.TrackedSplit;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Flink's form of a split, with the log that its offset belongs to, and its newest event.
 *
 * <p>It also reads what Flink's own serializer has written, and what an older tally has, which put
 * the newest event behind Flink's form and kept Flink's version.
 */
final class TimedSplitSerializer implements SimpleVersionedSerializer<KafkaPartitionSplit> {

  /** None that Flink's own will soon have. */
  static final int VERSION = 1_001;

  private final SimpleVersionedSerializer<KafkaPartitionSplit> splits;

  TimedSplitSerializer(SimpleVersionedSerializer<KafkaPartitionSplit> splits) {
    this.splits = splits;
  }

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(KafkaPartitionSplit split) throws IOException {
    byte[] plain = splits.serialize(split);
    Event newest = TimedSplit.newestOf(split);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(splits.getVersion());
    out.writeInt(plain.length);
    out.write(plain);
    TrackedSplit.identityOf(split).write(out);
    out.writeBoolean(newest != null);
    if (newest != null) {
      newest.write(out);
    }
    return bytes.toByteArray();
  }

  @Override
  public KafkaPartitionSplit deserialize(int version, byte[] serialized) throws IOException {
    if (version != VERSION) {
      return ofFormerVersion(version, serialized);
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
    int plainVersion = in.readInt();
    KafkaPartitionSplit plain = splits.deserialize(plainVersion, in.readNBytes(in.readInt()));
    TrackedSplit tracked = new TrackedSplit(plain, LogIdentity.read(in));
    return in.readBoolean() ? new TimedSplit(tracked, Event.read(in)) : tracked;
  }

  private KafkaPartitionSplit ofFormerVersion(int version, byte[] serialized) throws IOException {
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
