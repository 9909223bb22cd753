package io.tally.connectors.cassandra;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What the enumerator keeps in checkpoints: the splits that no reader has.
 *
 * @param cut whether the ring has been cut into splits at all
 */
record PendingSplits(boolean cut, List<TokenSplit> splits) {

  /** Writes them into checkpoints. */
  static final class Serializer implements SimpleVersionedSerializer<PendingSplits> {

    @Override
    public int getVersion() {
      return TokenSplitSerializer.VERSION;
    }

    @Override
    public byte[] serialize(PendingSplits pending) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(1024);
      out.writeBoolean(pending.cut());
      out.writeInt(pending.splits().size());
      for (TokenSplit split : pending.splits()) {
        TokenSplitSerializer.write(split, out);
      }
      return out.getCopyOfBuffer();
    }

    @Override
    public PendingSplits deserialize(int version, byte[] serialized) throws IOException {
      TokenSplitSerializer.requireVersion(version);
      DataInputDeserializer in = new DataInputDeserializer(serialized);
      boolean cut = in.readBoolean();
      int size = in.readInt();
      List<TokenSplit> splits = new ArrayList<>(size);
      for (int i = 0; i < size; i++) {
        splits.add(TokenSplitSerializer.read(in));
      }
      return new PendingSplits(cut, splits);
    }
  }
}
