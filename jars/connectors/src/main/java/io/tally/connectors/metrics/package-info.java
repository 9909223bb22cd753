/**
 * What the operators of this JVM measure, read where it is measured: also after a job is over.
 *
 * <p>Flink forgets an operator's metrics when its task ends, so what a bounded job counted last is
 * lost to its REST API; and to answer there, it has every task write down all of its metrics. A
 * reporter sees each metric when it is registered and may keep the few that are wanted.
 */
package io.tally.connectors.metrics;
