"""How many rows each aggregate has counted, from its own state: a hidden ``COUNT(*)`` beside what the query asks for.

The compiled plan is changed: the aggregation counts rows as one aggregate call more, in both its steps where it has two,
and a projection behind it hides the column again. So whatever the aggregation loses or counts twice, its count does too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
_TWO_STEPS = ("global-window-aggregate", "global-group-aggregate")


@dataclass(frozen=True)
class Count:
    """An aggregation that counts its rows.

    Attributes:
        node: of the aggregation; of the second step where there are two.
        column: of the count in what it puts out.
        partial: of the count in what the first step puts out; -1 where there is one step.
        behind: the projection behind it.
        updates: whether what is behind it wants the former version of a row that has changed.
    """

    node: int
    column: int
    partial: int
    behind: int
    updates: bool


def with_counts(plan: Plan) -> tuple[Plan, tuple[Count, ...]]:
    """Return the plan with a hidden count in every aggregation of rows that only come in, and where they are."""
    document = json.loads(plan.text)
    counting = _Counting(document)
    counts = tuple(counting.count(node) for node in list(document["nodes"]) if counting.is_countable(node))
    return Plan(json.dumps(document, sort_keys=True)), counts


class _Counting:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._nodes: dict[int, _Node] = {node["id"]: node for node in document["nodes"]}

    def is_countable(self, node: _Node) -> bool:
        return _is(node, *_ONE_STEP, *_TWO_STEPS) and not node["needRetraction"]

    def count(self, node: _Node) -> Count:
        partial = self._partial(node) if _is(node, *_TWO_STEPS) else -1
        column = len(node["grouping"]) + len(node["aggCalls"])
        behind = self._hide(node, column)
        self._call(node)
        node["outputType"] = inserted(node["outputType"], column, "$counted", "BIGINT NOT NULL")
        updates = bool(node.get("generateUpdateBefore"))
        if "generateUpdateBefore" in node:
            node["generateUpdateBefore"] = True
        return Count(node["id"], column, partial, behind, updates)

    def _partial(self, node: _Node) -> int:
        """Count in the first step as well, and return the column of what it hands on."""
        exchange = self._input(node)
        local = self._input(exchange)
        names = [name for name, _ in types_of(local["outputType"])]
        # Of hopping windows Flink counts rows on its own, behind all calls: it takes ours for that.
        own = f"count1${len(local['aggCalls'])}"
        self._call(local)
        if own in names:
            return names.index(own)
        column = len(local["grouping"]) + _accumulators(names[len(local["grouping"]) :])
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


def _is(node: _Node, *kinds: str) -> bool:
    return str(node["type"]).startswith(tuple(f"stream-exec-{kind}_" for kind in kinds))


def _accumulators(names: Sequence[str]) -> int:
    """Return how many columns hold accumulators of calls: views of distinct values and the window come behind."""
    behind = ("distinct$", "$slice_end", "$window_end", "$window_start")
    return next((place for place, name in enumerate(names) if name.startswith(behind)), len(names))
