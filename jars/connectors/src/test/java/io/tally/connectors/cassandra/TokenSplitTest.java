package io.tally.connectors.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tally.connectors.cassandra.TokenSplit.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.Test;

/** Splits in checkpoints, in the enumerator and at their end. */
class TokenSplitTest {

  private static final TokenSplit FIRST = TokenSplit.of("-9", "0");
  private static final TokenSplit LAST = TokenSplit.of("0", null);

  @Test
  void keepsSplitsInCheckpoints() throws IOException {
    TokenSplit midway = FIRST.at(new Position.After(new byte[] {1, -2, 3}));
    PendingSplits pending =
        new PendingSplits(true, List.of(midway, LAST, LAST.at(new Position.End())));
    PendingSplits.Serializer serializer = new PendingSplits.Serializer();
    PendingSplits read = serializer.deserialize(1, serializer.serialize(pending));
    assertThat(read.cut()).isTrue();
    assertThat(read.splits())
        .usingRecursiveFieldByFieldElementComparator()
        .containsExactlyElementsOf(pending.splits());
    TokenSplitSerializer splits = new TokenSplitSerializer();
    assertThat(splits.deserialize(1, splits.serialize(midway)))
        .usingRecursiveComparison()
        .isEqualTo(midway);
  }

  @Test
  void refusesStateOfAnotherVersion() {
    assertThatThrownBy(() -> new TokenSplitSerializer().deserialize(2, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the scan's state has version 2, and this connector reads version 1;"
                + " start the scan anew");
  }

  private static List<String> finished(TokenSplitReader reader) throws IOException {
    RecordsWithSplitIds<Page> fetched = reader.fetch();
    assertThat(fetched.nextSplit()).isNull();
    return List.copyOf(fetched.finishedSplits());
  }

  @Test
  void readsNothingMoreOfASplitWhoseLastPageWasEmittedBeforeTheCheckpoint() throws IOException {
    TokenSplitReader reader = new TokenSplitReader(null, Statements.NO_LIMIT);
    reader.handleSplitsChanges(new SplitsAddition<>(List.of(LAST.at(new Position.End()))));
    assertThat(finished(reader)).containsExactly("0..");
  }

  @Test
  void readsNothingAfterTheLimit() throws IOException {
    TokenSplitReader reader = new TokenSplitReader(null, 0);
    reader.handleSplitsChanges(new SplitsAddition<>(List.of(FIRST, LAST)));
    assertThat(finished(reader)).containsExactlyInAnyOrder("-9..0", "0..");
  }

  @Test
  void givesEachSplitOnceAndTheFailedReadersToWhoAsksNext() {
    FakeReaders readers = new FakeReaders();
    TokenSplitEnumerator enumerator =
        new TokenSplitEnumerator(
            readers.context(),
            () -> new ArrayList<>(List.of(FIRST, LAST)),
            new PendingSplits(false, List.of()));
    enumerator.start();
    enumerator.handleSplitRequest(0, "host");
    assertThat(enumerator.snapshotState(1).cut()).isFalse();
    assertThat(readers.log).isEmpty();

    readers.answer();
    assertThat(readers.log).containsExactly("0 gets -9..0");
    assertThat(enumerator.snapshotState(2)).isEqualTo(new PendingSplits(true, List.of(LAST)));

    enumerator.handleSplitRequest(1, "host");
    enumerator.addSplitsBack(List.of(FIRST), 0);
    enumerator.handleSplitRequest(0, "host");
    enumerator.handleSplitRequest(1, "host");
    assertThat(readers.log)
        .containsExactly("0 gets -9..0", "1 gets 0..", "0 gets -9..0", "1 is done");
  }

  @Test
  void goesOnWithTheSplitsOfTheCheckpoint() {
    FakeReaders readers = new FakeReaders();
    TokenSplitEnumerator enumerator =
        new TokenSplitEnumerator(
            readers.context(), () -> List.of(FIRST), new PendingSplits(true, List.of(LAST)));
    enumerator.start();
    enumerator.handleSplitRequest(0, "host");
    enumerator.handleSplitRequest(0, "host");
    assertThat(readers.log).containsExactly("0 gets 0..", "0 is done");
  }

  @Test
  void failsWithTheReasonWhyTheRingCannotBeCut() {
    FakeReaders readers = new FakeReaders();
    TokenSplitEnumerator enumerator =
        new TokenSplitEnumerator(
            readers.context(),
            () -> {
              throw new CassandraSinkException("cannot reach Cassandra", null);
            },
            new PendingSplits(false, List.of()));
    enumerator.start();
    assertThatThrownBy(readers::answer)
        .hasMessage("cannot reach Cassandra")
        .hasCauseInstanceOf(CassandraSinkException.class);
  }
}
