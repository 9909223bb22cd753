/**
 * A compiled plan on its way to the cluster: {@link io.tally.connectors.job.PlannedJob} translates
 * it, puts the gates of late rows and the meters of the account between its operators, and starts
 * it.
 */
package io.tally.connectors.job;
