package io.tally.connectors.cassandra;

import java.util.concurrent.CompletionStage;

/**
 * The ceiling of write timestamps of one table, kept where every attempt of a job finds it.
 *
 * <p>Each write to Cassandra carries a timestamp, and the highest wins. So a restarted job must
 * stamp above all that earlier attempts stamped, also above what they wrote after their last
 * checkpoint, and also where its machine's clock is behind. A writer therefore reserves: before it
 * issues a timestamp above the ceiling it raises the ceiling here, at quorum, and waits for the
 * acknowledgement; when it starts it reads the ceiling, at quorum, and stays above. A quorum that
 * wrote and a quorum that reads share a replica, so what was acknowledged is seen, and what was not
 * acknowledged was not used. A raise carries the ceiling itself as its own write timestamp:
 * whatever the order in which raises of several subtasks arrive, the highest stands, without a
 * lightweight transaction.
 *
 * <p>This is as good as a ceiling in checkpointed state, and covers starts that have no state: a
 * run repeated from the beginning, a job that fails again before its first checkpoint, and a
 * restart from an old checkpoint, whose state would hold an old ceiling.
 *
 * <p>Its limits: dropping or emptying the registry table forgets the ceiling, and the wall clock
 * alone counts. A writer that Flink has given up but that still reaches Cassandra, cut off from its
 * job manager, can raise the ceiling until its heartbeat time-out ends it. At a LOCAL level the
 * ceiling holds within one data centre, as the rows do.
 */
interface WriteCeiling {

  /** The ceiling that earlier attempts reserved, in microseconds; 0 if there was none. */
  long read();

  /** Raises the ceiling; completes when a quorum has it. A lower one changes nothing. */
  CompletionStage<Void> raise(long ceiling);
}
