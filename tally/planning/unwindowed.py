"""Groups of window bounds that are no windows: what Flink plans, without a word, as an aggregate that never closes.

Flink makes a window of ``GROUP BY ..., window_start, window_end`` over a window function, and of ``PARTITION BY`` of
both. With one of them alone, behind a join, or for an aggregate function in Python, it keeps a row for each group for
ever and changes it with every event, late ones as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tally.errors import Span
from tally.planning.derived import Derived, fields_of, is_kind
from tally.planning.durations import duration, interval
from tally.planning.errors import NotAWindow
from tally.planning.keys import derive
from tally.planning.origins import fed_by, inputs_of
from tally.planning.plan import Plan

_Node = Mapping[str, Any]

_GROUPS = (
    "group-aggregate",
    "local-group-aggregate",
    "python-group-aggregate",
    "python-group-table-aggregate",
)
_FUNCTIONS = ("window-table-function",)
_WINDOWED = (
    "window-aggregate",
    "global-window-aggregate",
    "window-join",
    "window-rank",
    "window-deduplicate",
)
_HANDING_ON = (
    "calc",
    "python-calc",
    "exchange",
    "correlate",
    "python-correlate",
    "union",
    "mini-batch-assigner",
)


def not_windows(plan: Plan, spans: Mapping[str, Span]) -> Iterator[NotAWindow]:
    """Yield an error for each group of window bounds that is no window.

    Args:
        plan: the compiled plan, as Flink made it.
        spans: by table that the plan writes, where what it serves is declared.
    """
    derived = derive(plan.nodes, plan.edges)
    feeds = fed_by(plan, {name: name for name in spans})
    for node in plan.nodes:
        if node["id"] in feeds and (columns := _groups(node)) is not None:
            (input_,) = inputs_of(plan, node["id"])
            names = _names(input_, columns, derived[input_["id"]])
            if names and _comes_of_a_function(plan, node):
                clause = "PARTITION BY" if is_kind(node, "rank", "deduplicate") else "GROUP BY"
                span = spans[feeds[node["id"]][0]]
                yield NotAWindow(clause, names, _cause(plan, node), _group_window(plan, node), span)


def _groups(node: _Node) -> list[int] | None:
    """Return the columns that a node groups its rows by, where it is no window."""
    if is_kind(node, *_GROUPS):
        return list(node["grouping"])
    if is_kind(node, "rank"):
        return list(node["partition"]["fields"])
    return list(node["uniqueKeys"]) if is_kind(node, "deduplicate") else None


def _names(input_: _Node, columns: list[int], known: Derived) -> tuple[str, ...]:
    """Return the names of the columns that rows are grouped by; none where no bound of a window is among them."""
    fields = fields_of(input_)
    return tuple(fields[c] for c in columns) if any(c in known.windows for c in columns) else ()


def _comes_of_a_function(plan: Plan, node: _Node) -> bool:
    """Tell whether a window function is behind a node: bounds of GROUP BY TUMBLE(...) are values like any other."""
    return any(is_kind(one, *_FUNCTIONS, *_WINDOWED) for one in plan.upstream(node["id"]))


def _cause(plan: Plan, node: _Node) -> str:
    """Return ``python`` or ``join`` where that keeps Flink from making a window; else nothing."""
    if "python" in node["type"]:
        return "python"
    while (inputs := inputs_of(plan, node["id"])) and is_kind(node := inputs[0], *_HANDING_ON):
        pass
    return "join" if "join" in node["type"] and not is_kind(node, "window-join") else ""


def _group_window(plan: Plan, node: _Node) -> str:
    """Return the window function behind a node as GROUP BY takes it; empty where it takes none of the kind."""
    for one in plan.upstream(node["id"]):
        if is_kind(one, *_FUNCTIONS):
            window = one["windowing"]["window"]
            width = {"TumblingWindow": ("TUMBLE", "size"), "SessionWindow": ("SESSION", "gap")}.get(
                window["type"]
            )
            time = fields_of(inputs_of(plan, one["id"])[0])[one["windowing"]["timeAttributeIndex"]]
            return f"{width[0]}({time}, {interval(duration(window[width[1]]))})" if width else ""
    return ""
