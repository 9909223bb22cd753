"""Which table the rows of a node come from, and what they feed, as far as a compiled plan tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tally.planning.derived import width_of
from tally.planning.plan import Plan, PlanTable

_Node = Mapping[str, Any]


def inputs_of(plan: Plan, node: int) -> list[_Node]:
    """Return the nodes that a node reads, in the order of its inputs."""
    nodes = {one["id"]: one for one in plan.nodes}
    return [nodes[edge["source"]] for edge in plan.edges if edge["target"] == node]


def fed_by(plan: Plan, sinks: Mapping[str, str]) -> dict[int, tuple[str, ...]]:
    """Return what each node feeds, each name once, in the order of the plan's sinks.

    Args:
        plan: the compiled plan.
        sinks: by table that the plan writes, the aggregate or table that it serves.
    """
    found: dict[int, dict[str, None]] = {}
    for table in plan.tables("sink"):
        if table.name in sinks:
            for node in plan.upstream(table.node):
                found.setdefault(node["id"], {})[sinks[table.name]] = None
    return {node: tuple(names) for node, names in found.items()}


def tables_behind(plan: Plan, node: _Node, column: int) -> list[str]:
    """Return the names of the tables that a node's rows come from, first the one that a column comes from.

    Where that cannot be told, they are in the order of the plan.
    """
    tables = {table.node: table for table in plan.tables("source")}
    found = [tables[one["id"]] for one in plan.upstream(node["id"]) if one["id"] in tables]
    traced = _traced(plan, node, column, tables) if len(found) > 1 else None
    return [table.name for table in (traced, *found) if table]


def timed_behind(plan: Plan) -> Iterator[str]:
    """Yield the names of the tables whose event time is computed behind them, not where their records are read."""
    tables = {table.node: table.name for table in plan.tables("source")}
    for node in plan.nodes:
        if "watermark-assigner" in node["type"]:
            yield from (tables[one["id"]] for one in plan.upstream(node["id"]) if one["id"] in tables)


def _traced(plan: Plan, node: _Node, column: int, tables: Mapping[int, PlanTable]) -> PlanTable | None:
    while node["id"] not in tables:
        inputs = inputs_of(plan, node["id"])
        below = _below(node, inputs, column)
        if below is None:
            return None
        side, column = below
        node = inputs[side]
    return tables[node["id"]]


def _below(node: _Node, inputs: list[_Node], column: int) -> tuple[int, int] | None:
    """Return the input, and the column of it, that a column of a node is or is computed from."""
    kind, first = str(node["type"]), width_of(inputs[0])
    if node.get("projection"):
        read = next(_references(node["projection"][column]), None)
        return None if read is None else (0, read)
    if len(inputs) > 1 and "union" not in kind:
        return (0, column) if column < first else (1, column - first)
    if "aggregate" in kind:
        return None
    # A window table function, or another that only adds columns.
    return (0, column) if column < first else _windowed(node)


def _windowed(node: _Node) -> tuple[int, int] | None:
    return (0, node["windowing"]["timeAttributeIndex"]) if "windowing" in node else None


def _references(expression: object) -> Iterator[int]:
    """Yield the columns that an expression reads."""
    if isinstance(expression, Mapping):
        if expression.get("kind") == "INPUT_REF":
            yield int(expression["inputIndex"])
        expression = list(expression.values())
    if isinstance(expression, list):
        for value in expression:
            yield from _references(value)
