package io.tally.connectors.cassandra;

/** Makes one write of two writes of one key, with the outcome of sending each in order. */
@FunctionalInterface
interface Coalescing {

  /** For writes that each replace the whole row and come in the order of their timestamps. */
  Coalescing LAST = (earlier, later) -> later;

  /**
   * @param earlier the write that came first
   * @param later the write that came next; its timestamp need not be the higher one
   */
  RowWrite merge(RowWrite earlier, RowWrite later);
}
