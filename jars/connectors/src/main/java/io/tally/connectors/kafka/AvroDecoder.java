package io.tally.connectors.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryDecoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.Decoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.shaded.org.apache.avro.util.Utf8;

/**
 * Reads Avro's binary encoding out of one message at a time.
 *
 * <p>Avro's own decoder makes room for as many bytes or elements as a message says that it holds,
 * and a few bad bytes say two billion. This one believes no length beyond the message's end, and
 * takes no string that is not UTF-8.
 */
final class AvroDecoder extends Decoder {

  private final Utf8Check utf8 = new Utf8Check();
  private BinaryDecoder in;

  /** Goes to the beginning of a message, whatever was read of the last one. */
  void reset(byte[] message) {
    in = DecoderFactory.get().binaryDecoder(message, in);
  }

  /** How many bytes were not read. */
  int remaining() throws IOException {
    return in.inputStream().available();
  }

  private byte[] sized() throws IOException {
    byte[] bytes = new byte[(int) within(in.readLong())];
    in.readFixed(bytes);
    return bytes;
  }

  private long within(long count) throws IOException {
    if (count < 0 || count > remaining()) {
      throw new IOException("a length of %d beyond the message's end".formatted(count));
    }
    return count;
  }

  @Override
  public Utf8 readString(Utf8 old) throws IOException {
    byte[] bytes = sized();
    if (!utf8.isUtf8(bytes)) {
      throw new IOException("a string that is not UTF-8");
    }
    return new Utf8(bytes);
  }

  @Override
  public String readString() throws IOException {
    return readString(null).toString();
  }

  @Override
  public ByteBuffer readBytes(ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(sized());
  }

  @Override
  public long readArrayStart() throws IOException {
    return within(in.readArrayStart());
  }

  @Override
  public long arrayNext() throws IOException {
    return within(in.arrayNext());
  }

  @Override
  public long readMapStart() throws IOException {
    return within(in.readMapStart());
  }

  @Override
  public long mapNext() throws IOException {
    return within(in.mapNext());
  }

  @Override
  public void readNull() throws IOException {
    in.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return in.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return in.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return in.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return in.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return in.readDouble();
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws IOException {
    in.readFixed(bytes, start, length);
  }

  @Override
  public int readEnum() throws IOException {
    return in.readEnum();
  }

  @Override
  public int readIndex() throws IOException {
    return in.readIndex();
  }

  @Override
  public void skipString() throws IOException {
    in.skipString();
  }

  @Override
  public void skipBytes() throws IOException {
    in.skipBytes();
  }

  @Override
  public void skipFixed(int length) throws IOException {
    in.skipFixed(length);
  }

  @Override
  public long skipArray() throws IOException {
    return in.skipArray();
  }

  @Override
  public long skipMap() throws IOException {
    return in.skipMap();
  }
}
