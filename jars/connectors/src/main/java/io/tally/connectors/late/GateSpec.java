package io.tally.connectors.late;

import java.io.Serializable;

/**
 * Where a gate stands, and what it refuses.
 *
 * @param node id of the plan's node ahead of which it stands
 * @param input of the node, from 0
 * @param windows of its rows
 * @param identity of its rows
 * @param aggregate what the node feeds, by name
 * @param source name of the table that the rows come from
 * @param topic that late rows go to
 * @param meter id of the gate in the job's account
 */
public record GateSpec(
    int node,
    int input,
    WindowSpec windows,
    Identity identity,
    String aggregate,
    String source,
    String topic,
    String meter)
    implements Serializable {}
