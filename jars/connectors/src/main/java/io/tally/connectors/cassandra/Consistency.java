package io.tally.connectors.cassandra;

import com.datastax.oss.driver.api.core.ConsistencyLevel;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;

/** How many replicas must acknowledge a write. */
public enum Consistency {
  ANY,
  ONE,
  TWO,
  THREE,
  QUORUM,
  ALL,
  LOCAL_ONE,
  LOCAL_QUORUM,
  EACH_QUORUM;

  ConsistencyLevel level() {
    return DefaultConsistencyLevel.valueOf(name());
  }

  /**
   * The level at which a value is read back by whoever comes next, whichever replicas answer.
   *
   * <p>A quorum write and a quorum read share a replica; that stays true of the stronger levels, so
   * {@code QUORUM} does for them too.
   */
  ConsistencyLevel quorum() {
    return name().startsWith("LOCAL_") ? ConsistencyLevel.LOCAL_QUORUM : ConsistencyLevel.QUORUM;
  }
}
