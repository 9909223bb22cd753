/**
 * Records that vanished before they were read.
 *
 * <p>A topic may lose records that a job has still to read: retention removes them, the topic is
 * deleted and made anew, or its log is cut at an unclean election of a leader. Kafka's consumer
 * goes on behind them without a word. Here a reader knows of each partition which topic it reads,
 * by the id that Kafka gives it, and the leader's epoch of the last record; it compares them before
 * it hands any record on. What is lost stops the job for good, or is counted: {@link
 * io.tally.connectors.lost.LossPolicy}.
 */
package io.tally.connectors.lost;
