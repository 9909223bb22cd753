package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.connector.base.source.reader.RecordsBySplits;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsChange;

/**
 * Reads splits page by page in the reader's fetcher thread; the next page is asked for before the
 * last one is handed over.
 */
final class TokenSplitReader implements SplitReader<Page, TokenSplit> {

  private final PageRequests requests;
  private final Deque<TokenSplit> splits = new ArrayDeque<>();
  private long rowsLeft;
  private CompletableFuture<AsyncResultSet> awaited;
  private volatile CompletableFuture<Void> woken = new CompletableFuture<>();

  /**
   * @param limit rows after which nothing more is read
   */
  TokenSplitReader(PageRequests requests, long limit) {
    this.requests = requests;
    this.rowsLeft = limit == Statements.NO_LIMIT ? Long.MAX_VALUE : limit;
  }

  @Override
  public void handleSplitsChanges(SplitsChange<TokenSplit> change) {
    splits.addAll(change.splits());
  }

  @Override
  public void wakeUp() {
    woken.complete(null);
  }

  @Override
  public RecordsWithSplitIds<Page> fetch() throws IOException {
    Map<String, Collection<Page>> pages = new HashMap<>();
    Set<String> finished = new HashSet<>();
    finishWhatNeedsNoRequest(finished);
    if (finished.isEmpty() && !splits.isEmpty() && awaitAnswer()) {
      TokenSplit split = splits.peek();
      Page page = takePage();
      pages.put(split.splitId(), List.of(page));
      goOn(split.at(page.next()), page.rows().size(), finished);
    }
    return new RecordsBySplits<>(pages, finished);
  }

  /** A restored split may have been read to its end; and after a LIMIT there is nothing to do. */
  private void finishWhatNeedsNoRequest(Set<String> finished) {
    while (!splits.isEmpty() && (splits.peek().isRead() || rowsLeft <= 0)) {
      awaited = null;
      finished.add(splits.poll().splitId());
    }
  }

  /** Waits for the answer to the first split's request; false if woken up before. */
  private boolean awaitAnswer() {
    if (awaited == null) {
      awaited = requests.send(splits.peek());
    }
    CompletableFuture<Void> wakeUp = woken;
    CompletableFuture.anyOf(awaited.handle((answer, error) -> null), wakeUp).join();
    if (wakeUp.isDone()) {
      woken = new CompletableFuture<>();
    }
    return awaited.isDone();
  }

  private Page takePage() throws IOException {
    try {
      return requests.page(awaited.join());
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw e.getCause() instanceof RuntimeException refused ? refused : e;
    }
  }

  private void goOn(TokenSplit split, int rows, Set<String> finished) {
    awaited = null;
    rowsLeft -= rows;
    splits.poll();
    if (split.isRead()) {
      finished.add(split.splitId());
    } else {
      splits.addFirst(split);
    }
    if (!splits.isEmpty() && !splits.peek().isRead() && rowsLeft > 0) {
      awaited = requests.send(splits.peek());
    }
  }

  @Override
  public void close() {
    // The session is closed with the source reader.
  }
}
