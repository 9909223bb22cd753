/**
 * Time goes on by the clock once a source has been read to its end.
 *
 * <p>A partition's watermark follows its events. If that were all, the last window would never
 * close: no newer event comes to close it. So where a partition has been read to its end, its
 * watermark goes on as the clock does, from its newest event and the time when that was recorded.
 * The coordinator of the source asks the broker where partitions end, and says so to all readers
 * with the time when it asked ({@link io.tally.connectors.clock.Ends}); a reader that has read as
 * far knows that nothing older is to come, however long it took. That is decided on offsets alone:
 * a reader that pauses, for whatever reason, does not get there, and its time stands still.
 */
package io.tally.connectors.clock;
