package io.tally.connectors.cassandra;

import io.tally.connectors.cassandra.TokenSplit.Position;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

/** Writes splits into checkpoints. */
final class TokenSplitSerializer implements SimpleVersionedSerializer<TokenSplit> {

  static final int VERSION = 1;

  private static final byte START = 0;
  private static final byte AFTER = 1;
  private static final byte END = 2;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(TokenSplit split) throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(64);
    write(split, out);
    return out.getCopyOfBuffer();
  }

  @Override
  public TokenSplit deserialize(int version, byte[] serialized) throws IOException {
    requireVersion(version);
    return read(new DataInputDeserializer(serialized));
  }

  static void requireVersion(int version) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          "the scan's state has version %d, and this connector reads version %d; start the scan anew"
              .formatted(version, VERSION));
    }
  }

  static void write(TokenSplit split, DataOutputView out) throws IOException {
    out.writeUTF(split.start());
    out.writeBoolean(split.end() != null);
    if (split.end() != null) {
      out.writeUTF(split.end());
    }
    write(split.position(), out);
  }

  private static void write(Position position, DataOutputView out) throws IOException {
    if (position instanceof Position.After after) {
      out.writeByte(AFTER);
      out.writeInt(after.pagingState().length);
      out.write(after.pagingState());
    } else {
      out.writeByte(position instanceof Position.End ? END : START);
    }
  }

  static TokenSplit read(DataInputView in) throws IOException {
    String start = in.readUTF();
    String end = in.readBoolean() ? in.readUTF() : null;
    return new TokenSplit(start, end, readPosition(in));
  }

  private static Position readPosition(DataInputView in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case START -> new Position.Start();
      case END -> new Position.End();
      case AFTER -> {
        byte[] pagingState = new byte[in.readInt()];
        in.readFully(pagingState);
        yield new Position.After(pagingState);
      }
      default -> throw new IOException("no position of a split has the number " + kind);
    };
  }
}
