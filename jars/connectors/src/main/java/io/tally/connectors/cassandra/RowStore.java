package io.tally.connectors.cassandra;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Sends writes to Cassandra without waiting. */
interface RowStore {

  /**
   * Sends writes of one partition, in one request.
   *
   * <p>Sending the same writes again is safe, since their timestamps are fixed.
   *
   * @return completes when the configured consistency level has acknowledged all of them
   */
  CompletionStage<Void> send(List<RowWrite> writes);
}
