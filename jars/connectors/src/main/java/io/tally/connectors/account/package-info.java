/**
 * The sum that must come out: every record that was read is dead, filtered, late or counted.
 *
 * <p>Meters ({@link io.tally.connectors.account.Meter}) stand between the operators of a job and
 * count what goes by; what they have counted is state, so it is true for each checkpoint. Just
 * ahead of a checkpoint's barrier each puts out its figures, and a {@link
 * io.tally.connectors.account.Book} makes one record of them all, written exactly once with that
 * checkpoint.
 */
package io.tally.connectors.account;
