"""SESSIONS in a compiled plan: tally's own function that makes sessions of START and END events.

Its rows are insert-only: one when a session starts, with ``ended_at`` null, and one when it is over. Both are known by
the key of the events and ``started_at``, and the later one holds all that the earlier one says; so a sink by that key
keeps a row a session, while a join or a Top-N meets both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tally.planning.derived import Derived, Node, fields_of, is_kind, unknown
from tally.planning.plan import Plan

NAME = "sessions"
"""Of the function, in SQL."""

USAGE = (
    "SESSIONS(input => TABLE events PARTITION BY user_id, kind => DESCRIPTOR(kind), starts => 'START', ends => 'END', "
    "timeout => INTERVAL '30' MINUTE, on_time => DESCRIPTOR(event_time))"
)
"""A whole call."""

_ON_TIME = -2
_AT_ONCE = 1


def is_sessions(node: Node) -> bool:
    """Tell whether a node of a compiled plan is a call of SESSIONS."""
    return is_kind(node, "process-table-function") and _function(node).lower() == NAME


def time_column(node: Node) -> int:
    """Return which column of its events holds their time."""
    call = node["functionCall"]["operands"]
    (time,) = call[_ON_TIME]["operands"]
    return [field["name"] for field in call[0]["type"]["fields"]].index(time["value"])


def process_table_function(node: Node, _inputs: Sequence[Derived]) -> Derived:
    """Derive what is known of a process table function: of SESSIONS, what its rows are versions of."""
    if not is_sessions(node):
        return unknown(node)
    started_at = len(node["functionCall"]["operands"][0]["partitionKeys"])
    sessions = frozenset({frozenset(range(started_at + 1))})
    return Derived(len(fields_of(node)), updating=True, versions=sessions)


def fitted(plan: Plan) -> Plan:
    """Return a plan with what calls of process table functions need.

    Their operators are found by the id of their node, as all others are: Flink calls them as the query does. And
    mini-batches keep no watermark from SESSIONS. Those in event time pass the watermarks on that begin another
    interval, and so may keep the last one of a bounded run, the time of its newest event: a session that is over by
    then would stay open. With the shortest interval there is still one batch for each watermark of the source.
    """
    called = [node["id"] for node in plan.nodes if is_kind(node, "process-table-function")]
    if not called:
        return plan
    document = json.loads(plan.text)
    for node in document["nodes"]:
        if node["id"] in called:
            node["uid"] = f"{node['id']}_{node['uid']}"
        if is_kind(node, "mini-batch-assigner") and node["miniBatchInterval"]["mode"] == "RowTime":
            node["miniBatchInterval"]["interval"] = _AT_ONCE
    return Plan(json.dumps(document, sort_keys=True))


def _function(node: Mapping[str, Any]) -> str:
    return str(node["functionCall"].get("systemName", ""))
