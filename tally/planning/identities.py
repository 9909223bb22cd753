"""Columns that say which record a row was, carried from the source to the gates.

A late row is of use to whoever can find its record, but a query keeps only the columns that it needs. So the compiled
plan is changed: the source puts partition and offset (and of several topics the topic) behind its columns, and every
node between it and a gate hands them on. They come last, so that no other column has another place; only a call of
Python functions puts their results behind all that it hands on, and what reads those is changed as well.

That is done where nothing but projections, filters and exchanges stand between source and gate: a row behind a join or
an aggregation is not one record. It is left out where a node would keep or write whole rows on the way, or behind the
gate: an operator that puts its result behind the row as it came would put it elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tally.planning.derived import fields_in, is_kind, width_of
from tally.planning.job import Gate, Source
from tally.planning.plan import Plan
from tally.planning.routing import records_table
from tally.planning.sessions import is_sessions

_Node = dict[str, Any]
_Columns = tuple[str, ...]
# Of Kafka's metadata.
_TYPES = {"topic": "VARCHAR(2147483647) NOT NULL", "partition": "INT NOT NULL", "offset": "BIGINT NOT NULL"}
# Nodes that put out the rows that come in.
_PASSING = ("exchange", "mini-batch-assigner")
# Nodes that take columns by their place and keep no row as it came: behind gates, and others.
_GATED = ("window-aggregate", "local-window-aggregate", "group-window-aggregate", "match")
_TAKING = (
    *("window-aggregate", "local-window-aggregate", "group-aggregate", "local-group-aggregate"),
    "python-calc",
)


def identified(plan: Plan, gates: Sequence[Gate], sources: Iterable[Source]) -> tuple[Plan, tuple[Gate, ...]]:
    """Return the plan and its gates with the columns in them, where they can be carried.

    Every routed source puts out the partition at least, by which its records are counted.
    """
    sources = list(sources)
    columns = {source.name: _columns(source) for source in sources}
    graph = _Graph(json.loads(plan.text))
    chains = {gate: chain for gate in gates if (chain := graph.chain(gate))}
    for scan in {chain[-1]: None for chain in chains.values()}:
        mine = {gate: chain for gate, chain in chains.items() if chain[-1] == scan}
        graph.carry(scan, columns[next(iter(mine)).source], mine)
    routed = {records_table(source.name): source.name for source in sources if source.is_routed}
    for table in plan.tables("source"):
        if table.name in routed and table.node not in graph.places:
            graph.carry(table.node, columns[routed[table.name]][:-1], {})
    found = {gate: graph.places[chain[0]] for gate, chain in chains.items() if chain[0] in graph.places}
    identified_gates = (replace(gate, identity=found.get(gate, ())) for gate in gates)
    return Plan(json.dumps(graph.document, sort_keys=True)), tuple(identified_gates)


def _columns(source: Source) -> _Columns:
    return ("partition", "offset") if len(source.topics) == 1 else ("topic", "partition", "offset")


class _Graph:
    """A plan that is being changed.

    Attributes:
        document: the plan.
        places: by node that carries them, the places of the columns in what it puts out.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.places: dict[int, tuple[int, ...]] = {}
        self._nodes: dict[int, _Node] = {node["id"]: node for node in document["nodes"]}

    def chain(self, gate: Gate) -> tuple[int, ...]:
        """Return the nodes from a gate back to its source; empty if the row may be no single record, or not grow."""
        if not _is_gated(self._nodes[gate.node]):
            return ()
        found = [self._inputs(gate.node)[gate.input]]
        while self._hands_on(found[-1]):
            found += self._inputs(found[-1])
        return tuple(found) if "scanTableSource" in self._nodes[found[-1]] else ()

    def carry(self, scan: int, columns: _Columns, chains: Mapping[Gate, Sequence[int]]) -> None:
        """Carry columns of a source along chains, unless a node on the way keeps whole rows."""
        carrying = {scan, *(node for chain in chains.values() for node in chain)}
        taking = {gate.node for gate in chains}
        for node in self._nodes:
            if carrying.intersection(self._inputs(node)) and node not in carrying | taking:
                if _passes(self._nodes[node]):
                    carrying.add(node)
                elif not _takes(self._nodes[node]):
                    return
        for node in self._nodes:
            if node == scan:
                self._extend_scan(node, columns)
            elif node in carrying:
                self._extend(node, columns)

    def _inputs(self, node: int) -> list[int]:
        return [edge["source"] for edge in self.document["edges"] if edge["target"] == node]

    def _outputs(self, node: int) -> list[int]:
        return [edge["target"] for edge in self.document["edges"] if edge["source"] == node]

    def _hands_on(self, number: int) -> bool:
        if is_kind(self._nodes[number], "python-calc"):
            return all(is_kind(self._nodes[reader], "calc") for reader in self._outputs(number))
        return _passes(self._nodes[number]) or is_kind(self._nodes[number], "calc")

    def _extend_scan(self, number: int, columns: _Columns) -> None:
        node = self._nodes[number]
        for ability in node["scanTableSource"]["abilities"]:
            ability["producedType"] = _wider(ability["producedType"], columns)
            if ability["type"] == "ReadingMetadata":
                ability["metadataKeys"] += columns
        self._widen(number, columns)

    def _extend(self, number: int, columns: _Columns) -> None:
        node = self._nodes[number]
        (input_,) = self._inputs(number)
        references = list(_references(self.places[input_], columns))
        if is_kind(node, "python-calc"):
            self._extend_call(number, columns, references)
            return
        if node.get("projection"):
            node["projection"] += references
        self._widen(number, columns)

    def _extend_call(self, number: int, columns: _Columns, references: list[_Node]) -> None:
        """Extend a call of Python functions, which puts out first what it hands on and then their results."""
        node = self._nodes[number]
        first = sum(one["kind"] == "INPUT_REF" for one in node["projection"])
        node["projection"][first:first] = references
        node["outputType"] = _wider(node["outputType"], columns, first)
        self.places[number] = tuple(range(first, first + len(columns)))
        for reader in self._outputs(number):
            for part in ("projection", "condition"):
                _shift(self._nodes[reader][part], first, len(columns))

    def _widen(self, number: int, columns: _Columns) -> None:
        node = self._nodes[number]
        width = width_of(node)
        node["outputType"] = _wider(node["outputType"], columns, width)
        self.places[number] = tuple(range(width, width + len(columns)))


def _passes(node: _Node) -> bool:
    return is_kind(node, *_PASSING) or (is_kind(node, "calc") and not node["projection"])


def _is_gated(node: _Node) -> bool:
    return is_kind(node, *_GATED) or is_sessions(node)


def _takes(node: _Node) -> bool:
    return (
        is_kind(node, *_TAKING) or is_sessions(node) or (is_kind(node, "calc") and bool(node["projection"]))
    )


def _references(places: Iterable[int], columns: _Columns) -> Iterator[_Node]:
    for place, column in zip(places, columns, strict=True):
        yield {"kind": "INPUT_REF", "inputIndex": place, "type": _TYPES[column]}


def _shift(expression: Any, first: int, by: int) -> None:
    """Change an expression to columns of which those from ``first`` on have moved."""
    if isinstance(expression, dict):
        if expression.get("kind") == "INPUT_REF" and expression["inputIndex"] >= first:
            expression["inputIndex"] += by
        expression = list(expression.values())
    if isinstance(expression, list):
        for value in expression:
            _shift(value, first, by)


def _wider(type_: Any, columns: _Columns, at: int | None = None) -> Any:
    """Return a row type, as text or as an object, with columns more, by default behind all others."""
    if isinstance(type_, str):
        begins = [begin for begin, _ in fields_in(type_)]
        at = len(begins) if at is None else at
        text = ", ".join(f"`${column}` {_TYPES[column]}" for column in columns)
        if at < len(begins):
            return f"{type_[: begins[at]]}{text}, {type_[begins[at] :]}"
        before, _, after = type_.rpartition(">")
        return f"{before}, {text}>{after}"
    fields = [{"name": f"${column}", "fieldType": _TYPES[column]} for column in columns]
    at = len(type_["fields"]) if at is None else at
    return {**type_, "fields": [*type_["fields"][:at], *fields, *type_["fields"][at:]]}
