/**
 * What becomes of an expression that throws: {@link io.tally.connectors.failed.NamedFailures} says
 * of which aggregate, operator and row it was, and {@link
 * io.tally.connectors.failed.RepeatedFailures} ends the job at the third failure of one cause,
 * since no restart mends it.
 */
package io.tally.connectors.failed;
