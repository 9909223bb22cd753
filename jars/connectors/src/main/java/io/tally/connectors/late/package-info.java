/**
 * Late rows: what an operator on event time would drop, since it had closed what the row belongs
 * to, goes to the topic {@code <source topic>.late} instead.
 *
 * <p>A {@link io.tally.connectors.late.LateGate} stands directly ahead of each such operator. It
 * asks once for each row which of its windows have closed; the row goes on if any is open, and each
 * closed one goes to the topic.
 */
package io.tally.connectors.late;
