"""Joins of updating results that Flink 2.3 gets wrong, and the plan that it gets right: FLINK-40681, FLINK-38579.

Where the key of a side holds the columns that are compared, Flink plans the side without former versions
(UPDATE_BEFORE): a row replaces the one before it. Its operators then go wrong in three ways:

- An outer, semi or anti join counts what each row is joined to, and counts a row that replaces another as one more. So
  the count never comes back to zero, and what should come back when the other side's row goes is lost
  (``StreamingJoinOperator.processElement``, ``StreamingSemiAntiJoinOperator.processElement2``).
- A mini-batch takes an update and the deletion behind it for nothing at all, and the row before both stays
  (``JoinKeyContainsUniqueKeyBundle.foldRecord``, ``InputSideHasUniqueKeyBundle``).
- Where more than columns being equal is asked for, a row that replaces another and is joined to nothing puts out
  nothing, and what the one before it was joined to stays.

With former versions all three are right. Flink plans them where a sink asks for them, on the whole way from the
sources.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tally.planning.derived import is_kind
from tally.planning.plan import Plan
from tally.planning.routing import UPSERTS_CONNECTOR

_Node = dict[str, Any]
_Kinds = frozenset[str]

_INSERT, _FORMER, _UPDATE, _DELETE = "INSERT", "UPDATE_BEFORE", "UPDATE_AFTER", "DELETE"
_ROWS: _Kinds = frozenset({_INSERT})
_UPSERTS: _Kinds = frozenset({_INSERT, _UPDATE, _DELETE})
_CHANGES: _Kinds = _UPSERTS | {_FORMER}
_CHANGELOG_FORMATS = ("debezium", "canal", "maxwell", "ogg")

ALL_CHANGES: Mapping[str, str] = {"connector": "print"}
"""Options of a table that asks for former versions, whatever is written to it."""

# Per side, left and right: whether the other side's rows depend on how many rows of this one they are joined to.
_COUNTED: Mapping[str, tuple[bool, bool]] = {
    "INNER": (False, False),
    "LEFT": (False, True),
    "RIGHT": (True, False),
    "FULL": (True, True),
    "SEMI": (False, True),
    "ANTI": (False, True),
}


def loses_rows(plan: Plan, mini_batch: bool) -> bool:
    """Tell whether a plan holds a join that may lose rows, or keep old ones.

    Args:
        plan: as Flink compiled it.
        mini_batch: whether its operators take rows in batches.
    """
    kinds = _changes_of(plan)
    inputs = _inputs(plan)
    return any(
        _loses(node, [kinds[one] for one in inputs[node["id"]]], mini_batch)
        for node in plan.nodes
        if is_kind(node, "join")
    )


def _loses(node: _Node, sides: Sequence[_Kinds], mini_batch: bool) -> bool:
    spec = node["joinSpec"]
    return any(
        _UPDATE in side
        and _FORMER not in side
        and (bool(spec["nonEquiCondition"]) or (_DELETE in side and (counted or mini_batch)))
        for side, counted in zip(sides, _COUNTED[spec["joinType"]], strict=True)
    )


def with_sinks_of(plain: Plan, asked: Plan) -> Plan:
    """Return the plan with former versions, which writes to the sinks of the plan without.

    Former versions go on to the sinks, which take them as deletions: between the two versions of one side a row of the
    other may go, and then no version follows.

    Args:
        plain: compiled as declared.
        asked: the same, compiled with tables of ``ALL_CHANGES`` as sinks.
    """
    document = json.loads(asked.text)
    sinks = {_sink_name(node): node for node in plain.nodes if is_kind(node, "sink")}
    for node in [one for one in document["nodes"] if is_kind(one, "sink")]:
        node["dynamicTableSink"] = sinks[_sink_name(node)]["dynamicTableSink"]
    return Plan(json.dumps(document, sort_keys=True))


def _sink_name(node: Mapping[str, Any]) -> str:
    return str(node["dynamicTableSink"]["table"]["identifier"])


def _inputs(plan: Plan) -> dict[int, list[int]]:
    inputs: dict[int, list[int]] = {node["id"]: [] for node in plan.nodes}
    for edge in plan.edges:
        inputs[edge["target"]].append(edge["source"])
    return inputs


def _changes_of(plan: Plan) -> dict[int, _Kinds]:
    """Return the kinds of changes that each node puts out."""
    inputs, found = _inputs(plan), dict[int, _Kinds]()
    for node in plan.nodes:
        found[node["id"]] = _changes(node, [found[one] for one in inputs[node["id"]]])
    return found


def _changes(node: _Node, inputs: Sequence[_Kinds]) -> _Kinds:
    if not inputs:
        return _of_source(node)
    if is_kind(node, "join"):
        return _of_join(node, inputs)
    if is_kind(node, "deduplicate"):
        return _ROWS if node["outputInsertOnly"] else _generated(node, deletes=False)
    if "generateUpdateBefore" in node:
        return _generated(node, deletes=bool(node.get("needRetraction", not _is_latest_row(node, inputs[0]))))
    return _handed_on(inputs) - ({_FORMER} if is_kind(node, "drop-update-before") else set())


def _is_latest_row(node: _Node, before: _Kinds) -> bool:
    """Tell whether a node keeps one row of those that only come in: there is one from then on."""
    ranks = node.get("rankRange", {})
    return before == _ROWS and ranks.get("start") == ranks.get("end") == 1


def _generated(node: _Node, deletes: bool) -> _Kinds:
    former = {_FORMER} if node["generateUpdateBefore"] else set()
    return _ROWS | {_UPDATE} | former | ({_DELETE} if deletes else set())


def _of_source(node: _Node) -> _Kinds:
    options = node.get("scanTableSource", {}).get("table", {}).get("resolvedTable", {}).get("options", {})
    if options.get("connector") == UPSERTS_CONNECTOR:
        return _UPSERTS
    formats = (options.get("format", ""), options.get("value.format", ""))
    return _CHANGES if any(one.startswith(_CHANGELOG_FORMATS) for one in formats) else _ROWS


def _of_join(node: _Node, inputs: Sequence[_Kinds]) -> _Kinds:
    if node["joinSpec"]["joinType"] == "INNER":
        return _handed_on(inputs)
    # An outer join puts out an insertion for whatever comes in, and a deletion for each former version.
    replaces = any(_UPDATE in one and _FORMER not in one for one in inputs)
    forwards = inputs[0] if node["joinSpec"]["joinType"] in {"SEMI", "ANTI"} else frozenset()
    return _UPSERTS if replaces else _ROWS | {_DELETE} | forwards


def _handed_on(inputs: Iterable[_Kinds]) -> _Kinds:
    """Return what several inputs put out together: former versions only where all that update put them out."""
    inputs = list(inputs)
    together = frozenset().union(*inputs)
    lacking = any(_UPDATE in one and _FORMER not in one for one in inputs)
    return together - {_FORMER} if lacking else together
