/**
 * Who is online: {@code SESSIONS(...)}, an SQL function that makes sessions of START and END
 * events.
 *
 * <p>{@link io.tally.connectors.sessions.Sessions} is the function as Flink calls it, {@link
 * io.tally.connectors.sessions.Signature} what it takes and gives, {@link
 * io.tally.connectors.sessions.Presence} what happens to one key.
 */
package io.tally.connectors.sessions;
