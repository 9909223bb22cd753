"""Former versions of results that a plan puts out for sinks which have no use for them.

Flink asks an aggregation for the former version of each result where it sees no unique key on the way to a sink's. It
loses sight of one where a column of the key is a literal, as in a total of everything: a projection then puts the
literal in the place of the column. A former version is a deletion to a sink by a key: a tombstone on the topic ahead
of each update, and a row in Cassandra that is gone for a moment. Where the key is made of what results are grouped by,
an update never leaves its key, and the version before it is not needed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tally.planning.derived import is_kind
from tally.planning.plan import Plan, PlanTable

_Node = dict[str, Any]
_FORMER = "UPDATE_BEFORE"


def without_former_versions(plan: Plan) -> Plan:
    """Return a plan whose aggregations put out former versions only where a sink needs them.

    Args:
        plan: compiled; the key of each sink that has one is a unique key of what it is given.
    """
    document = json.loads(plan.text)
    nodes: dict[int, _Node] = {node["id"]: node for node in document["nodes"]}
    readers: dict[int, list[int]] = {number: [] for number in nodes}
    for edge in document["edges"]:
        readers[edge["source"]].append(edge["target"])
    keys = {table.node: _places(table) for table in plan.tables("sink")}
    for node in document["nodes"]:
        if not (is_kind(node, "group-aggregate", "global-group-aggregate") and node["generateUpdateBefore"]):
            continue
        ways = list(_ways(nodes, readers, node["id"], _grouped(node)))
        if all(sink is not None and keys[sink] and keys[sink] <= known for sink, known in ways):
            node["generateUpdateBefore"] = False
            _forget_former(nodes[sink] for sink, _ in ways if sink is not None)
    return Plan(json.dumps(document, sort_keys=True))


def _places(table: PlanTable) -> frozenset[int]:
    """Return the places of a sink's key; none where it has no key."""
    names = [name for name, _ in table.columns]
    return frozenset(names.index(column) for column in table.key)


def _grouped(node: _Node) -> frozenset[int]:
    """Return the columns of an aggregation's output that never change: those that it groups by."""
    return frozenset(range(len(node["grouping"])))


def _ways(
    nodes: Mapping[int, _Node], readers: Mapping[int, list[int]], node: int, known: frozenset[int]
) -> Iterator[tuple[int | None, frozenset[int]]]:
    """Yield each sink that results come to row by row, and the columns that never change there; None: another node."""
    for number in readers[node]:
        reader = nodes[number]
        if is_kind(reader, "sink"):
            yield number, known
        elif is_kind(reader, "drop-update-before"):
            yield from _ways(nodes, readers, number, known)
        elif is_kind(reader, "calc") and not reader.get("condition"):
            yield from _ways(nodes, readers, number, _projected(reader["projection"], known))
        else:
            yield None, frozenset()


def _projected(projection: Iterable[Mapping[str, Any]], known: frozenset[int]) -> frozenset[int]:
    """Return the columns of a projection that never change."""
    return frozenset(
        place
        for place, one in enumerate(projection)
        if one["kind"] == "LITERAL" or (one["kind"] == "INPUT_REF" and one["inputIndex"] in known)
    )


def _forget_former(sinks: Iterable[_Node]) -> None:
    for sink in sinks:
        sink["inputChangelogMode"] = [kind for kind in sink["inputChangelogMode"] if kind != _FORMER]
