/**
 * Counters that can be read after their job is over.
 *
 * <p>Flink forgets an operator's metrics when its task ends, so what a bounded job counted last is
 * lost to its REST API. A reporter sees every counter when it is registered and may keep it.
 */
package io.tally.connectors.metrics;
