package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** A key is a letter for the partition and a digit for the row. */
class WriteBufferTest {

  private static final long WHOLE_BATCHES = 1_000_000;

  private final WriteBuffer buffer = new WriteBuffer(Coalescing.LAST, WHOLE_BATCHES);

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes());
  }

  private static RowKey key(String text) {
    return new RowKey(List.of(bytes(text.substring(0, 1))), List.of(bytes(text.substring(1))));
  }

  private static RowWrite set(String key, String value, long at) {
    return RowWrite.upsert(key(key), List.of(bytes(key), bytes(value)), at);
  }

  private static RowWrite delete(String key, long at) {
    return RowWrite.delete(key(key), at);
  }

  @Test
  void keepsOneWriteForEachKeyAndGroupsByPartition() {
    buffer.add(set("a1", "1", 1));
    buffer.add(set("b1", "1", 2));
    buffer.add(set("a2", "1", 3));
    buffer.add(set("a1", "2", 4));
    assertThat(buffer.rows()).isEqualTo(3);
    assertThat(buffer.poll()).containsExactly(set("a1", "2", 4), set("a2", "1", 3));
    assertThat(buffer.poll()).containsExactly(set("b1", "1", 2));
    assertThat(buffer.isEmpty()).isTrue();
    assertThat(buffer.bytes()).isZero();
    assertThatThrownBy(buffer::poll).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void boundsABatchInBytes() {
    long row = set("a1", "1", 1).bytes();
    WriteBuffer small = new WriteBuffer(Coalescing.LAST, 2 * row);
    for (int i = 1; i <= 5; i++) {
      small.add(set("a" + i, "1", i));
    }
    assertThat(small.bytes()).isEqualTo(5 * row);
    assertThat(small.poll()).hasSize(2);
    assertThat(small.poll()).hasSize(2);
    assertThat(small.bytes()).isEqualTo(row);
    assertThat(small.poll()).containsExactly(set("a5", "1", 5));
  }

  @Test
  void sendsARowLargerThanABatchAlone() {
    WriteBuffer tiny = new WriteBuffer(Coalescing.LAST, 1);
    tiny.add(set("a1", "1", 1));
    tiny.add(set("a2", "1", 2));
    assertThat(tiny.poll()).containsExactly(set("a1", "1", 1));
    assertThat(tiny.poll()).containsExactly(set("a2", "1", 2));
  }

  @Test
  void aDeleteReplacesWhatCameBefore() {
    buffer.add(set("a1", "1", 1));
    buffer.add(delete("a1", 2));
    assertThat(buffer.poll()).containsExactly(delete("a1", 2));
  }

  @Test
  void anInsertOfAllColumnsReplacesADelete() {
    buffer.add(delete("a1", 1));
    buffer.add(set("a1", "1", 2));
    assertThat(buffer.poll()).containsExactly(set("a1", "1", 2));
  }

  @Test
  void anInsertOfSomeColumnsKeepsTheDeleteBeforeIt() {
    WriteBuffer partial = new WriteBuffer(CellCoalescing.ofRisingTimestamps(false), WHOLE_BATCHES);
    partial.add(set("a1", "1", 1));
    partial.add(delete("a1", 2));
    partial.add(set("a1", "2", 3));
    partial.add(set("a1", "3", 4));
    RowWrite both = set("a1", "3", 4).with(2, null);
    assertThat(partial.bytes()).isEqualTo(both.bytes());
    assertThat(partial.poll()).containsExactly(both);
  }

  @Test
  void aDeleteKeepsTheInsertBeforeItForItsStaticColumns() {
    WriteBuffer statics = new WriteBuffer(CellCoalescing.ofRisingTimestamps(true), WHOLE_BATCHES);
    statics.add(set("a1", "1", 1));
    statics.add(delete("a1", 2));
    statics.add(delete("a1", 3));
    statics.add(set("a2", "1", 4));
    statics.add(delete("a2", 5));
    statics.add(set("a2", "2", 6));
    assertThat(statics.poll())
        .containsExactly(set("a1", "1", 1).with(3, null), set("a2", "2", 6).with(5, null));
  }
}
