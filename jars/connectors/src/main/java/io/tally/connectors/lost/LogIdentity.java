package io.tally.connectors.lost;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Optional;
import org.apache.flink.kafka.shaded.org.apache.kafka.common.Uuid;

/**
 * Which log an offset belongs to: the same offset of another log is another record.
 *
 * @param topic id of the topic, another one when it is deleted and made anew; null where it is not
 *     known
 * @param epoch the leader's when it wrote the last record that was read; {@link #NO_EPOCH} where it
 *     is not known
 */
public record LogIdentity(Uuid topic, int epoch) {

  /** No record was read, or it is of an old message format. */
  static final int NO_EPOCH = -1;

  static final LogIdentity UNKNOWN = new LogIdentity(null, NO_EPOCH);

  Optional<Integer> knownEpoch() {
    return epoch < 0 ? Optional.empty() : Optional.of(epoch);
  }

  /** Writes it; the form is that of a checkpoint. */
  public void write(DataOutput out) throws IOException {
    Uuid written = topic == null ? Uuid.ZERO_UUID : topic;
    out.writeLong(written.getMostSignificantBits());
    out.writeLong(written.getLeastSignificantBits());
    out.writeInt(epoch);
  }

  /** Reads what {@link #write} wrote. */
  public static LogIdentity read(DataInput in) throws IOException {
    Uuid read = new Uuid(in.readLong(), in.readLong());
    return new LogIdentity(read.equals(Uuid.ZERO_UUID) ? null : read, in.readInt());
  }
}
