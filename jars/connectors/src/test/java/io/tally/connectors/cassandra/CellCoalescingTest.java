package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Writes to one row of the columns k, a, b, c: the key, then a character for each column, {@code -}
 * for null and {@code .} for unset.
 */
class CellCoalescingTest {

  private static final RowKey KEY = new RowKey(List.of(bytes("k")), List.of());

  private final CellCoalescing rising = CellCoalescing.ofRisingTimestamps(false);
  private final CellCoalescing any = CellCoalescing.ofAnyTimestamps(false);

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes());
  }

  private static RowWrite set(String columns, long at, int ttl) {
    List<ByteBuffer> cells = new ArrayList<>(List.of(bytes("k")));
    for (String column : columns.split("")) {
      cells.add(column.equals("-") ? null : column.equals(".") ? RowWrite.UNSET : bytes(column));
    }
    return RowWrite.upsert(KEY, cells, at, ttl);
  }

  private static RowWrite set(String columns, long at) {
    return set(columns, at, 0);
  }

  private static RowWrite delete(long at) {
    return RowWrite.delete(KEY, at);
  }

  @Test
  void columnsSetByAnyAreSetToTheValueOfTheLastThatSetThem() {
    RowWrite merged = rising.merge(set("1..", 1), set("23.", 2));
    assertThat(merged).isEqualTo(set("23.", 2));
    assertThat(rising.merge(set("1-1", 1), set(".2.", 2))).isEqualTo(set("121", 2));
    assertThat(rising.merge(set("1-.", 1), set("2..", 2))).isEqualTo(set("2-.", 2));
  }

  @Test
  void anUpsertAfterADeleteKeepsTheDelete() {
    RowWrite both = rising.merge(rising.merge(set("111", 1), delete(2)), set("2..", 3));
    assertThat(both).isEqualTo(set("2..", 3).with(2, null));
    assertThat(rising.merge(both, set(".3.", 4))).isEqualTo(set("23.", 4).with(2, null));
    assertThat(rising.merge(both, delete(5))).isEqualTo(delete(5));
  }

  @Test
  void aDeleteHidesNoStaticColumns() {
    CellCoalescing statics = CellCoalescing.ofRisingTimestamps(true);
    RowWrite hidden = statics.merge(set("1-1", 1), delete(2));
    assertThat(hidden).isEqualTo(set("1-1", 1).with(2, null));
    assertThat(statics.merge(hidden, delete(3))).isEqualTo(set("1-1", 1).with(3, null));
    assertThat(statics.merge(hidden, set("222", 3))).isEqualTo(set("222", 3).with(2, null));
    RowWrite beside = statics.merge(hidden, set("2..", 3));
    assertThat(beside).isEqualTo(set("2..", 3).with(2, set("1-1", 1)));
    assertThat(statics.merge(beside, delete(4))).isEqualTo(set("2..", 3).with(4, set("1-1", 1)));
  }

  /** Another row of the partition may have set the static column in between. */
  @Test
  void aStaticColumnKeepsItsTimestamp() {
    CellCoalescing statics = CellCoalescing.ofRisingTimestamps(true);
    assertThat(statics.merge(set("1-1", 1), set("2..", 3)))
        .isEqualTo(set("2..", 3).with(RowWrite.NEVER, set("1-1", 1)));
  }

  @Test
  void aTimeToLiveBelongsToTheCellsOfItsWrite() {
    RowWrite apart = rising.merge(set("11.", 1, 60), set("2..", 2));
    assertThat(apart).isEqualTo(set("2..", 2).with(RowWrite.NEVER, set("11.", 1, 60)));
    assertThat(apart.statements()).isEqualTo(2);
    assertThat(rising.merge(apart, set("33.", 3, 60))).isEqualTo(set("33.", 3, 60));
  }

  @Test
  void aTimestampOfAColumnStaysWithItsCells() {
    assertThat(any.merge(set("111", 5), set("222", 3))).isEqualTo(set("111", 5));
    assertThat(any.merge(set("1..", 5), set("22.", 3)))
        .isEqualTo(set("1..", 5).with(RowWrite.NEVER, set("22.", 3)));
    assertThat(any.merge(set("111", 5), delete(5))).isEqualTo(delete(5));
    assertThat(any.merge(set("111", 5), delete(4))).isEqualTo(set("111", 5).with(4, null));
  }

  @Test
  void ofEqualTimestampsBothAreSentUnlessTheyAreTheSame() {
    assertThat(any.merge(set("111", 5), set("222", 5)).statements()).isEqualTo(2);
    assertThat(any.merge(set("111", 5), set("111", 5))).isEqualTo(set("111", 5));
    assertThat(any.merge(set("1.1", 5), set("111", 5)).statements()).isEqualTo(2);
  }

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  /** Timestamps rise; buffers are sent in any order; times to live differ. */
  @ParameterizedTest
  @MethodSource("seeds")
  void risingTimestampsEndAsEachSentByItself(int seed) {
    Random random = new Random(seed);
    List<RowWrite> writes = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      writes.add(write(random, i));
    }
    assertSameOutcome(random, writes, rising);
  }

  /** Timestamps in any order, with many of them equal. */
  @ParameterizedTest
  @MethodSource("seeds")
  void anyTimestampsEndAsEachSentByItself(int seed) {
    Random random = new Random(seed);
    List<RowWrite> writes = new ArrayList<>();
    for (int i = 1; i <= 20; i++) {
      writes.add(write(random, random.nextInt(12)));
    }
    assertSameOutcome(random, writes, any);
  }

  private static RowWrite write(Random random, long at) {
    if (random.nextInt(6) == 0) {
      return delete(at);
    }
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      columns.append("12-..".charAt(random.nextInt(5)));
    }
    return set(columns.toString(), at, 60 * random.nextInt(3));
  }

  private static void assertSameOutcome(Random random, List<RowWrite> writes, Coalescing merger) {
    FakeCassandra each = new FakeCassandra(null);
    writes.forEach(each::apply);
    List<RowWrite> buffers = new ArrayList<>();
    RowWrite buffer = null;
    for (RowWrite write : writes) {
      buffer = buffer == null ? write : merger.merge(buffer, write);
      if (random.nextInt(4) == 0) {
        buffers.add(buffer);
        buffer = null;
      }
    }
    if (buffer != null) {
      buffers.add(buffer);
    }
    Collections.shuffle(buffers, random);
    FakeCassandra merged = new FakeCassandra(null);
    buffers.forEach(merged::apply);
    String all = Arrays.toString(writes.toArray());
    assertThat(merged.row(KEY)).as(all).isEqualTo(each.row(KEY));
    assertThat(merged.ttls(KEY)).as(all).isEqualTo(each.ttls(KEY));
  }
}
