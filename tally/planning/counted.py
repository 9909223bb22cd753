"""How many rows each aggregate has counted, from its own state: a hidden ``COUNT(*)`` beside what the query asks for.

The compiled plan is changed: the aggregation counts rows as one aggregate call more, in both its steps where it has
two, and a projection behind it hides the column again. So whatever it loses or counts twice, its count does too.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

from tally.planning.derived import is_kind
from tally.planning.job import Count
from tally.planning.plan import Plan
from tally.planning.row_types import inserted, types_of

_Node = dict[str, Any]
_COUNT = {
    "name": "$counted",
    "syntax": "FUNCTION_STAR",
    "internalName": "$COUNT$1",
    "argList": [],
    "filterArg": -1,
    "distinct": False,
    "approximate": False,
    "ignoreNulls": False,
    "type": "BIGINT NOT NULL",
}
_ONE_STEP = ("window-aggregate", "group-aggregate")
_FIRST_STEPS = ("local-window-aggregate", "local-group-aggregate")
_TWO_STEPS = ("global-window-aggregate", "global-group-aggregate")


def counting_node(plan: Plan, node: int) -> int | None:
    """Return the node that counts the rows which enter one: that one, or its second step.

    None where it does not count: it is no aggregation, or its rows are changes of other results.
    """
    nodes = {one["id"]: one for one in plan.nodes}
    found: _Node | None = nodes[node]
    if found and is_kind(found, *_FIRST_STEPS):
        found = _behind(plan, _behind(plan, found))
    return found["id"] if found and _counts(found) else None


def _counts(node: _Node) -> bool:
    if not is_kind(node, *_ONE_STEP, *_TWO_STEPS) or node["needRetraction"]:
        return False
    # A window by the clock closes without a gate ahead of it, which would know the windows of its rows.
    return bool(node.get("windowing", {}).get("isRowtime", True))


def _behind(plan: Plan, node: _Node | None) -> _Node | None:
    """Return the one node that reads another."""
    readers = [edge["target"] for edge in plan.edges if node and edge["source"] == node["id"]]
    return next((one for one in plan.nodes if readers == [one["id"]]), None)


def with_counts(plan: Plan, nodes: Collection[int]) -> tuple[Plan, dict[int, Count]]:
    """Return the plan with a hidden count in aggregations, and where it is, by node.

    Args:
        plan: the compiled plan; its nodes keep their ids.
        nodes: that ``counting_node`` tells.
    """
    document = json.loads(plan.text)
    counting = _Counting(document)
    counts = {node["id"]: counting.count(node) for node in list(document["nodes"]) if node["id"] in nodes}
    return Plan(json.dumps(document, sort_keys=True)), counts


class _Counting:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._nodes: dict[int, _Node] = {node["id"]: node for node in document["nodes"]}

    def count(self, node: _Node) -> Count:
        partial = self._partial(node) if is_kind(node, *_TWO_STEPS) else -1
        column = len(node["grouping"]) + len(node["aggCalls"])
        behind = self._hide(node, column)
        self._call(node)
        node["outputType"] = inserted(node["outputType"], column, "$counted", "BIGINT NOT NULL")
        versions = bool(node.get("generateUpdateBefore"))
        if "generateUpdateBefore" in node:
            node["generateUpdateBefore"] = True
        windowing = node.get("windowing", {})
        ends = [windowing[bound] for bound in ("sliceEnd", "windowEnd") if bound in windowing]
        return Count(
            node=node["id"],
            column=column,
            partial=partial,
            window_end=ends[0] if ends and partial >= 0 else -1,
            behind=behind,
            closes="windowing" in node,
            versions=versions,
            repeats=_expires(node),
        )

    def _partial(self, node: _Node) -> int:
        """Count in the first step as well, and return the column of what it hands on."""
        exchange = self._input(node)
        local = self._input(exchange)
        names = [name for name, _ in types_of(local["outputType"])]
        column = len(local["grouping"]) + _accumulators(names[len(local["grouping"]) :])
        counted = _is_counted_by_flink(local)
        self._call(local)
        if counted:
            return column - 1
        for one in (local, exchange):
            one["outputType"] = inserted(one["outputType"], column, "$counted", "BIGINT")
        for bound in ("sliceEnd", "windowEnd", "windowStart"):
            if node.get("windowing", {}).get(bound, -1) >= column:
                node["windowing"][bound] += 1
        return column

    def _input(self, node: _Node) -> _Node:
        (found,) = (edge["source"] for edge in self._document["edges"] if edge["target"] == node["id"])
        return self._nodes[found]

    def _call(self, node: _Node) -> None:
        node["aggCalls"].append(dict(_COUNT))
        if "aggCallNeedRetractions" in node:
            node["aggCallNeedRetractions"].append(False)

    def _hide(self, node: _Node, column: int) -> int:
        """Put a projection behind a node that leaves out a column which the node is about to get; return its id."""
        fields = types_of(node["outputType"])
        places = [place + (place >= column) for place in range(len(fields))]
        number = max(self._nodes) + 1
        behind = {
            "id": number,
            "type": "stream-exec-calc_1",
            "projection": [
                {"kind": "INPUT_REF", "inputIndex": place, "type": type_}
                for place, (_, type_) in zip(places, fields, strict=True)
            ],
            "condition": None,
            "inputProperties": node["inputProperties"],
            "outputType": node["outputType"],
            "description": f"Calc(select=[{', '.join(name for name, _ in fields)}])",
        }
        self._document["nodes"].insert(self._document["nodes"].index(node) + 1, behind)
        self._nodes[number] = behind
        for edge in self._document["edges"]:
            if edge["source"] == node["id"]:
                edge["source"] = number
        forward = {"shuffle": {"type": "FORWARD"}, "shuffleMode": "PIPELINED"}
        self._document["edges"].append({"source": node["id"], "target": number, **forward})
        return number


def _is_counted_by_flink(local: _Node) -> bool:
    """Tell whether Flink counts rows on its own, behind all calls, and so takes our count for that.

    It does so for hopping windows, unless the query counts rows (``AggregateUtil.insertInputCountAggregate``).
    """
    window = local.get("windowing", {}).get("window", {})
    counts = [
        c for c in local["aggCalls"] if c.get("internalName") == _COUNT["internalName"] and not c["argList"]
    ]
    return window.get("type") == "HoppingWindow" and all(c["filterArg"] >= 0 for c in counts)


def _expires(node: _Node) -> bool:
    """Tell whether the state of a node is kept for some time only."""
    return any(str(state.get("ttl", "0 ms")) != "0 ms" for state in node.get("state", ()))


def _accumulators(names: Sequence[str]) -> int:
    """Return how many columns hold accumulators of calls: views of distinct values and the window come behind."""
    behind = ("distinct$", "$slice_end", "$window_end", "$window_start")
    return next((place for place, name in enumerate(names) if name.startswith(behind)), len(names))
