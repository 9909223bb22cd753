"""Which results wait for the clock: operators that put rows out at timers of processing time.

The end of the input closes what waits for event time, since the last watermark is the greatest. Nothing fires timers
of processing time then (FLINK-18647): rows that still wait for one are dropped, as if they had never been there. So a
bounded run cannot hold such results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tally.planning.derived import is_kind
from tally.planning.job import Aggregate, Job
from tally.planning.origins import inputs_of
from tally.planning.plan import Plan
from tally.planning.sinks import sink_table

_Node = Mapping[str, Any]


def clocked(job: Job) -> Iterator[tuple[str, Aggregate | None, str]]:
    """Yield each result of a job that waits for the clock: its name, its aggregate, and what waits.

    Of plain SQL a result is a table that it writes, and has no aggregate.
    """
    waiting = {node["id"]: what for node in job.plan.nodes if (what := _waits(node, job.plan))}
    owners = {sink_table(one.name, sink): one for one in job.aggregates for sink in one.sinks}
    seen: set[str] = set()
    for table in job.plan.tables("sink"):
        feeding = (waiting[n["id"]] for n in job.plan.upstream(table.node) if n["id"] in waiting)
        owner = owners.get(table.name)
        name = owner.name if owner else table.name
        if name not in seen and (what := next(feeding, "")):
            seen.add(name)
            yield name, owner, what


def _waits(node: _Node, plan: Plan) -> str:
    """Say what of a node waits for the clock; empty where nothing does."""
    if _closes_by_clock(node):
        return "a window by processing time"
    if is_kind(node, "interval-join"):
        spec = node["intervalJoinSpec"]
        waits = spec["joinSpec"]["joinType"] != "INNER" and not spec["windowBounds"]["isEventTime"]
        return "an outer join within a processing time" if waits else ""
    if is_kind(node, "over-aggregate", "python-over-aggregate"):
        group = node["overSpec"]["groups"][0]
        waits = not group["isRows"] and group["lowerBound"]["kind"] == "BOUNDED_WINDOW"
        return "OVER a range of processing time" if waits and _by_clock(node, group["orderBy"], plan) else ""
    waits = is_kind(node, "temporal-sort") and _by_clock(node, node["orderBy"], plan)
    return "ORDER BY processing time" if waits else ""


def _closes_by_clock(node: _Node) -> bool:
    if is_kind(node, "group-window-aggregate", "python-group-window-aggregate"):
        return _is_by_clock(node["window"]["timeField"]["fieldType"])
    windows = [node[name] for name in ("windowing", "leftWindowing", "rightWindowing") if name in node]
    return any(not windowing["isRowtime"] for windowing in windows) and not _only_adds_columns(node)


def _only_adds_columns(node: _Node) -> bool:
    """Tell whether a node is a window function of windows that are known from a row alone."""
    return is_kind(node, "window-table-function") and node["windowing"]["window"]["type"] != "SessionWindow"


def _by_clock(node: _Node, order: _Node, plan: Plan) -> bool:
    (before, *_) = inputs_of(plan, node["id"])
    type_ = before["outputType"]
    fields = [] if isinstance(type_, str) else [field["fieldType"] for field in type_["fields"]]
    first = order["fields"][0]["index"] if order["fields"] else len(fields)
    return first < len(fields) and _is_by_clock(fields[first])


def _is_by_clock(type_: object) -> bool:
    return isinstance(type_, Mapping) and type_.get("kind") == "PROCTIME"
