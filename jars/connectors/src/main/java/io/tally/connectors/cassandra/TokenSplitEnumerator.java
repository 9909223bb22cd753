package io.tally.connectors.cassandra;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.util.FlinkRuntimeException;

/** Gives splits to the readers that ask, one at a time, so that a fast reader reads more. */
final class TokenSplitEnumerator implements SplitEnumerator<TokenSplit, PendingSplits> {

  private final SplitEnumeratorContext<TokenSplit> context;
  private final Callable<List<TokenSplit>> ring;
  private final Deque<TokenSplit> pending;
  private final Set<Integer> waiting = new LinkedHashSet<>();
  private boolean cut;

  /**
   * @param ring asks the cluster and cuts its ring; may block
   */
  TokenSplitEnumerator(
      SplitEnumeratorContext<TokenSplit> context,
      Callable<List<TokenSplit>> ring,
      PendingSplits restored) {
    this.context = context;
    this.ring = ring;
    this.pending = new ArrayDeque<>(restored.splits());
    this.cut = restored.cut();
  }

  @Override
  public void start() {
    if (!cut) {
      context.callAsync(ring, this::onCut);
    }
  }

  private void onCut(List<TokenSplit> splits, Throwable error) {
    if (error instanceof CassandraRefusedException refused) {
      throw refused;
    }
    if (error != null) {
      throw new FlinkRuntimeException(error.getMessage(), error);
    }
    pending.addAll(splits);
    cut = true;
    waiting.forEach(this::assign);
    waiting.clear();
  }

  @Override
  public void handleSplitRequest(int subtask, String host) {
    if (cut) {
      assign(subtask);
    } else {
      waiting.add(subtask);
    }
  }

  private void assign(int subtask) {
    if (!context.registeredReaders().containsKey(subtask)) {
      // It failed while it waited, and asks again when it is back.
      return;
    }
    TokenSplit split = pending.poll();
    if (split == null) {
      context.signalNoMoreSplits(subtask);
    } else {
      context.assignSplit(split, subtask);
    }
  }

  /** Takes the splits of a reader that failed; it asks again when it is back. */
  @Override
  public void addSplitsBack(List<TokenSplit> splits, int subtask) {
    pending.addAll(splits);
  }

  @Override
  public void addReader(int subtask) {
    // Readers ask on their own.
  }

  @Override
  public PendingSplits snapshotState(long checkpointId) {
    return new PendingSplits(cut, new ArrayList<>(pending));
  }

  @Override
  public void close() {
    // Its session is closed once the ring is cut.
  }
}
