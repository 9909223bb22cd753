"""Gates: which operators of a plan would drop late rows, and what tells that a row is late for one of them.

Flink's operators on event time drop a row without a word once they have closed what it belongs to. Ahead of each of
them tally puts a gate (``io.tally.connectors.late``), which sends such rows to the topic ``<source topic>.late``
instead. The gate's watermark must not be behind the operator's, or rows would pass that are then dropped:

- It may be ahead, since what it refuses it has put out. That holds ahead of an exchange, too, as long as no task of
  the source counts as idle: the operator's watermark is the least of those of all gates.
- A row of hopping or cumulating windows may be late for some of its windows only, and goes on for the others. The
  operator then must close the same ones, so the gate has to stand behind the exchange: ``needs_one_phase`` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tally.planning.durations import duration
from tally.planning.errors import UngatedWindow
from tally.planning.job import Gate
from tally.planning.origins import fed_by, inputs_of, tables_behind
from tally.planning.plan import Plan
from tally.planning.sessions import is_sessions, time_column

ONE_PHASE = {"table.optimizer.agg-phase-strategy": "ONE_PHASE"}
IDLE_TIMEOUT = "table.exec.source.idle-timeout"
"""Of all sources of a job; those of one source are options of its table."""
TABLE_IDLE_TIMEOUT = "scan.watermark.idle-timeout"

_Node = Mapping[str, Any]


def needs_one_phase(plan: Plan, idles: bool) -> bool:
    """Tell whether windows have to be aggregated in one step, behind the exchange.

    Args:
        plan: compiled without that.
        idles: whether the job's options let tasks of its sources count as idle.
    """
    split = [node["windowing"] for node in plan.nodes if _type(node) == "local-window-aggregate"]
    idles = idles or any(TABLE_IDLE_TIMEOUT in table.options for table in plan.tables("source"))
    return bool(split) and (idles or any(map(_is_late_by_window, split)))


def _is_late_by_window(windowing: _Node) -> bool:
    """Tell whether a row may be late for some of its windows, and is one row for all of them."""
    several = {"HoppingWindow", "CumulativeWindow"}
    return windowing["strategy"] == "TimeAttribute" and windowing["window"]["type"] in several


def gates_of(plan: Plan, sources: Iterable[str], sinks: Mapping[str, str]) -> Iterator[Gate]:
    """Yield the gates of a plan, in the order of their nodes.

    Args:
        plan: the compiled plan.
        sources: Flink tables whose late rows have a topic.
        sinks: by table that the plan writes, the aggregate or table that a late row is missing in.

    Raises:
        UngatedWindow: an operator that no gate can stand ahead of; it has no place in the file.
    """
    known = frozenset(sources)
    feeds = fed_by(plan, sinks)
    for node in plan.nodes:
        for gate in _gates_at(node, plan):
            behind = tables_behind(plan, inputs_of(plan, node["id"])[gate.input], gate.time)
            table = next((name for name in behind if name in known), None)
            names = feeds.get(node["id"], ())
            if names and table:
                yield replace(gate, feeds=names, source=table)


def _type(node: _Node) -> str:
    return str(node["type"]).removeprefix("stream-exec-").rpartition("_")[0]


def _gates_at(node: _Node, plan: Plan) -> Iterator[Gate]:
    """Yield the gates of one node, not yet told what they feed."""
    found = _GATES.get(_type(node).removeprefix("python-"))
    return found(node, plan) if found else iter(())


def _aggregated(node: _Node, _plan: Plan) -> Iterator[Gate]:
    return _windowed(node, 0, node["windowing"])


def _joined_windows(node: _Node, _plan: Plan) -> Iterator[Gate]:
    yield from _windowed(node, 0, node["leftWindowing"])
    yield from _windowed(node, 1, node["rightWindowing"])


def _sessions(node: _Node, _plan: Plan) -> Iterator[Gate]:
    """Yield the gate of a window table function; all but sessions only add columns."""
    if node["windowing"]["window"]["type"] == "SessionWindow":
        yield from _windowed(node, 0, node["windowing"])


def _windowed(node: _Node, input_: int, windowing: _Node) -> Iterator[Gate]:
    if not windowing["isRowtime"]:
        return
    if windowing["strategy"] == "WindowAttached":
        start = windowing.get("windowStart", -1)
        yield Gate(node["id"], input_, "attached", windowing["windowEnd"], start)
    elif windowing["strategy"] == "TimeAttribute":
        gate = Gate(node["id"], input_, "tumbling", windowing["timeAttributeIndex"])
        yield _assigned(gate, windowing["window"])


def _assigned(gate: Gate, window: _Node) -> Gate:
    offset = duration(window.get("offset", "PT0S"))
    match window["type"]:
        case "TumblingWindow":
            size = duration(window["size"])
            return replace(gate, kind="tumbling", size=size, step=size, offset=offset)
        case "HoppingWindow":
            size, slide = duration(window["size"]), duration(window["slide"])
            return replace(gate, kind="hopping", size=size, step=slide, offset=offset)
        case "CumulativeWindow":
            size, step = duration(window["maxSize"]), duration(window["step"])
            return replace(gate, kind="cumulating", size=size, step=step, offset=offset)
        case _:
            gap = duration(window["gap"])
            return replace(gate, kind="session", size=gap, step=gap)


def _grouped(node: _Node, _plan: Plan) -> Iterator[Gate]:
    """Yield the gate of GROUP BY TUMBLE(...) or SESSION(...)."""
    window = node["window"]
    time = window["timeField"]
    if not _is_event_time(time["fieldType"]) or window.get("isTimeWindow") is False:
        return
    gate = Gate(node["id"], 0, "tumbling", time["fieldIndex"])
    match window["kind"]:
        case "TUMBLING":
            yield _assigned(gate, {**window, "type": "TumblingWindow"})
        case "SESSION":
            yield _assigned(gate, {**window, "type": "SessionWindow"})
        case _:
            # A row that is late for one of its windows opens that one again, and its result overwrites the former.
            raise UngatedWindow("GROUP BY HOP(...)", None)


def _joined_in_time(node: _Node, _plan: Plan) -> Iterator[Gate]:
    bounds = node["intervalJoinSpec"]["windowBounds"]
    if bounds["isEventTime"]:
        yield Gate(node["id"], 0, "moment", bounds["leftTimeIndex"])
        yield Gate(node["id"], 1, "moment", bounds["rightTimeIndex"])


def _joined_to_version(node: _Node, _plan: Plan) -> Iterator[Gate]:
    """Yield the gate of the rows that a version is looked up for; a late version is joined to what follows."""
    if not node["isTemporalFunctionJoin"] and node["rightTimeAttributeIndex"] >= 0:
        yield Gate(node["id"], 0, "moment", node["leftTimeAttributeIndex"])


def _first_rows(node: _Node, plan: Plan) -> Iterator[Gate]:
    """Yield the gate of the first row by event time, which is only put out once, and so drops what comes late."""
    if node["isRowtime"] and not node["keepLastRow"] and node["outputInsertOnly"]:
        (input_,) = inputs_of(plan, node["id"])
        yield Gate(node["id"], 0, "moment", min(_event_times(input_)))


def _over(node: _Node, plan: Plan) -> Iterator[Gate]:
    return _ordered(node, node["overSpec"]["groups"][0]["orderBy"], plan)


def _matched(node: _Node, plan: Plan) -> Iterator[Gate]:
    return _ordered(node, node["matchSpec"]["orderBy"], plan)


def _sorted(node: _Node, plan: Plan) -> Iterator[Gate]:
    return _ordered(node, node["orderBy"], plan)


def _processed(node: _Node, plan: Plan) -> Iterator[Gate]:
    """Yield the gates of a process table function: of SESSIONS, or of tables that it takes in order of event time."""
    if is_sessions(node):
        yield Gate(node["id"], 0, "moment", time_column(node))
        return
    for table in node["functionCall"]["operands"]:
        if table["kind"] == "TABLE_ARG_CALL" and table["orderKeys"]:
            input_ = table["inputIndex"]
            if table["orderKeys"][0] in _event_times(inputs_of(plan, node["id"])[input_]):
                yield Gate(node["id"], input_, "moment", table["orderKeys"][0])


def _ordered(node: _Node, order: _Node, plan: Plan) -> Iterator[Gate]:
    """Yield the gate of a node that takes rows in the order of their event time, if it does."""
    fields = order["fields"]
    (input_,) = inputs_of(plan, node["id"])
    if fields and fields[0]["index"] in _event_times(input_):
        yield Gate(node["id"], 0, "moment", fields[0]["index"])


def _event_times(node: _Node) -> set[int]:
    """Return the columns of a node's output that are event times; a type without any is written as a text."""
    type_ = node["outputType"]
    fields = [] if isinstance(type_, str) else type_["fields"]
    return {place for place, field in enumerate(fields) if _is_event_time(field["fieldType"])}


def _is_event_time(type_: object) -> bool:
    return isinstance(type_, Mapping) and type_.get("kind") == "ROWTIME"


_GATES: Mapping[str, Callable[[_Node, Plan], Iterator[Gate]]] = {
    "local-window-aggregate": _aggregated,
    "window-aggregate": _aggregated,
    "window-rank": _aggregated,
    "window-deduplicate": _aggregated,
    "window-join": _joined_windows,
    "window-table-function": _sessions,
    "group-window-aggregate": _grouped,
    "deduplicate": _first_rows,
    "interval-join": _joined_in_time,
    "temporal-join": _joined_to_version,
    "over-aggregate": _over,
    "match": _matched,
    "temporal-sort": _sorted,
    "process-table-function": _processed,
}
