/**
 * Result rows that a sink cannot hold: written to none of an aggregate's sinks, and once to the
 * topic {@code <aggregate>.refused} instead.
 *
 * <p>A {@link io.tally.connectors.refused.ResultGuard} stands ahead of all sinks of an aggregate
 * and has each row judged by a {@link io.tally.connectors.refused.RowJudge} of each sink, which
 * asks the sink's own encoder: what is refused, and why, is written once.
 */
package io.tally.connectors.refused;
