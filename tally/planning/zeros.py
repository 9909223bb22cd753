"""One zero: ``-0.0`` groups, joins and counts as ``0.0``, which it equals.

Flink compares keys by their bytes (``BinaryRowData.equals``), and values of DISTINCT as Java's objects, so that -0.0
and 0.0 are two of them. ``x + 0.0`` is 0.0 for both, and x for all others (IEEE 754, 6.3). The planner would take it
for x; so it is put into the compiled plan, ahead of each exchange by such a column and of each local aggregation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tally.planning.derived import is_kind
from tally.planning.plan import Plan
from tally.planning.row_types import types_of

_Node = dict[str, Any]
_LOCAL = ("local-group-aggregate", "local-window-aggregate")


def with_one_zero(plan: Plan) -> Plan:
    """Return the plan in which -0.0 is the key that 0.0 is."""
    document = json.loads(plan.text)
    nodes: dict[int, _Node] = {node["id"]: node for node in document["nodes"]}
    for edge in list(document["edges"]):
        before, node = nodes[edge["source"]], nodes[edge["target"]]
        types = types_of(before["outputType"])
        compared = _compared(node, before, _readers(document, node, nodes))
        columns = [
            column for column in sorted(compared) if column < len(types) and _approximate(types[column][1])
        ]
        if columns:
            _put_ahead(document, edge, _adding_zero(before, types, columns))
    return Plan(json.dumps(document, sort_keys=True))


def _readers(document: Mapping[str, Any], node: _Node, nodes: Mapping[int, _Node]) -> list[_Node]:
    return [nodes[edge["target"]] for edge in document["edges"] if edge["source"] == node["id"]]


def _compared(node: _Node, before: _Node, readers: Sequence[_Node]) -> set[int]:
    """Return the columns of its input that a node compares, or sends rows by."""
    if is_kind(node, *_LOCAL):
        return set(node["grouping"]) | _distinct(node)
    if not is_kind(node, "exchange") or is_kind(before, *_LOCAL, "incremental-group-aggregate"):
        return set()
    distribution = node["inputProperties"][0]["requiredDistribution"]
    return set(distribution.get("keys", ())).union(*map(_distinct, readers))


def _distinct(node: _Node) -> set[int]:
    """Return the arguments of calls with DISTINCT, of which each value counts once."""
    groups = node.get("overSpec", {}).get("groups", ())
    calls = [*(node.get("aggCalls") or ()), *(call for group in groups for call in group["aggCalls"])]
    return {argument for call in calls if call.get("distinct") for argument in call["argList"]}


def _approximate(type_: object) -> bool:
    return str(type_).partition(" ")[0] in {"FLOAT", "DOUBLE"}


def _adding_zero(before: _Node, types: Sequence[tuple[str, Any]], columns: Iterable[int]) -> _Node:
    projection: list[dict[str, Any]] = [
        {"kind": "INPUT_REF", "inputIndex": place, "type": type_} for place, (_, type_) in enumerate(types)
    ]
    for column in columns:
        name = str(types[column][1]).partition(" ")[0]
        zero = {"kind": "LITERAL", "type": f"{name} NOT NULL", "value": "0.0"}
        projection[column] = {
            "kind": "CALL",
            "internalName": "$+$1",
            "syntax": "BINARY",
            "operands": [projection[column], zero],
            "type": types[column][1],
        }
    names = [
        f"{name} + 0.0 AS {name}" if place in set(columns) else name for place, (name, _) in enumerate(types)
    ]
    return {
        "type": "stream-exec-calc_1",
        "projection": projection,
        "condition": None,
        "inputProperties": [
            {"requiredDistribution": {"type": "UNKNOWN"}, "damBehavior": "PIPELINED", "priority": 0}
        ],
        "outputType": before["outputType"],
        "description": f"Calc(select=[{', '.join(names)}])",
    }


def _put_ahead(document: dict[str, Any], edge: dict[str, Any], node: _Node) -> None:
    """Put a node on an edge."""
    node["id"] = max(one["id"] for one in document["nodes"]) + 1
    place = next(place for place, one in enumerate(document["nodes"]) if one["id"] == edge["target"])
    document["nodes"].insert(place, node)
    document["edges"].append({**edge, "target": node["id"]})
    edge["source"] = node["id"]
