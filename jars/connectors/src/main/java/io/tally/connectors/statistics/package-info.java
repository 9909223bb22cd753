/**
 * What Flink computes STDDEV_* and VAR_* from: the sum of squared deviations from the mean.
 *
 * <p>Flink 2.3 has a function of its own for it, which a compiled plan cannot be read back with,
 * and which loses values that are taken back before they came, as they are in a mini-batch. {@link
 * io.tally.connectors.statistics.SquaredDeviations} takes its place in the plan.
 */
package io.tally.connectors.statistics;
