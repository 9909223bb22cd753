"""Flink's compiled plan: the JSON that Flink runs, as data.

The plan is what ``explain`` prints, what keys are derived from, what a checkpoint's fingerprint is taken of, and what
``run`` and ``submit`` hand to Flink, with addresses filled in. Node ids are renumbered from 1, so that the same files
give the same operator names in every run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# Options of a table that say which rows are read, or where the rows are that were written before; all others may
# change under a checkpoint.
_MEANING = (
    *("connector", "topic", "topic-pattern", "path"),
    *("table", "bucket.column", "bucket.source", "bucket.width"),
)

# Options of a node that say how soon results come, not which.
_PACE = ("table.exec.mini-batch.size", "table.exec.mini-batch.allow-latency")


@dataclass(frozen=True)
class PlanTable:
    """A table that the plan reads or writes.

    Attributes:
        node: id of its node.
        name: of the table, without catalog and database.
        role: ``source``, ``sink``, or ``lookup`` for a table that rows are looked up in.
        options: of its WITH clause.
        columns: (name, Flink type with nullability) in order; of a sink those that it is given.
        key: its primary key.
        is_insert_only: whether nothing but rows that never change is written to it; always of what is read.
    """

    node: int
    name: str
    role: str
    options: Mapping[str, str]
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    is_insert_only: bool = True


@dataclass(frozen=True)
class Plan:
    """One compiled plan.

    Attributes:
        text: the JSON, ids renumbered, keys sorted.
    """

    text: str

    @cached_property
    def document(self) -> dict[str, Any]:
        """The parsed JSON; not to be changed."""
        loaded: dict[str, Any] = json.loads(self.text)
        return loaded

    @property
    def nodes(self) -> list[dict[str, Any]]:
        """The nodes, inputs before outputs."""
        return list(self.document["nodes"])

    @property
    def edges(self) -> list[dict[str, Any]]:
        """The edges, in the order of each target's inputs."""
        return list(self.document["edges"])

    def tables(self, role: str | None = None) -> tuple[PlanTable, ...]:
        """Return the tables of a role, or all."""
        found = (table for node in self.nodes if (table := _table_of(node)))
        return tuple(table for table in found if role in (None, table.role))

    def upstream(self, node: int) -> list[dict[str, Any]]:
        """Return a node and all that feeds it, inputs first."""
        wanted, frontier = {node}, [node]
        while frontier:
            target = frontier.pop()
            sources = {edge["source"] for edge in self.edges if edge["target"] == target}
            frontier += sources - wanted
            wanted |= sources
        return [candidate for candidate in self.nodes if candidate["id"] in wanted]

    def fingerprint(self, sinks: Iterable[int]) -> str:
        """Return a hash of what feeds the given sinks: 16 hex digits, equal where a checkpoint fits.

        Descriptions, addresses and formats are left out, since state does not depend on them.
        """
        order = self._inputs_first(sinks)
        places = {node["id"]: place for place, node in enumerate(order)}
        edges = [
            (places[edge["source"]], places[edge["target"]])
            for edge in self.edges
            if edge["target"] in places
        ]
        nodes = [_meaning(node) for node in order]
        # Sorted by target alone, since the order of one target's inputs means something.
        edges.sort(key=lambda edge: edge[1])
        canonical = json.dumps([nodes, edges], sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def steps(self, sinks: Iterable[int]) -> tuple[str, ...]:
        """Return how Flink describes what feeds the given sinks, inputs first, as far as state depends on it."""
        nodes = (node for node in self._inputs_first(sinks) if not is_exchange(node))
        return tuple(str(node["description"]) for node in nodes)

    def _inputs_first(self, sinks: Iterable[int]) -> list[dict[str, Any]]:
        """Return the sinks and what feeds them, in an order that nothing else in the plan bears on."""
        nodes = {node["id"]: node for node in self.nodes}
        order: dict[int, dict[str, Any]] = {}

        def visit(node: int) -> None:
            for edge in self.edges:
                if edge["target"] == node and edge["source"] not in order:
                    visit(edge["source"])
            order[node] = nodes[node]

        for sink in sinks:
            visit(sink)
        return list(order.values())

    def connected(self, options_of: Callable[[PlanTable], Mapping[str, str]]) -> str:
        """Return the JSON to run, with the options of each table replaced by ``options_of(table)``."""
        document = json.loads(self.text)
        for node in document["nodes"]:
            if table := _table_of(node):
                _described(node)["resolvedTable"]["options"] = dict(options_of(table))
        return json.dumps(document, sort_keys=True)

    def tree(self) -> Iterator[str]:
        """Yield the plan as indented lines, sinks first; what two sinks share is printed once."""
        shown: dict[int, str] = {}
        for table in self.tables("sink"):
            yield from self._branch(table.node, 0, shown)

    def _branch(self, node: int, depth: int, shown: dict[int, str]) -> Iterator[str]:
        described = next(n["description"] for n in self.nodes if n["id"] == node)
        indent = "   " * (depth - 1) + "+- " if depth else ""
        if node in shown:
            yield f"{indent}(as above) [{node}] {described.partition('(')[0]}"
            return
        shown[node] = described
        yield f"{indent}[{node}] {described}"
        for edge in self.edges:
            if edge["target"] == node:
                yield from self._branch(edge["source"], depth + 1, shown)


def normalized(text: str) -> Plan:
    """Return the plan of Flink's JSON, its node ids renumbered from 1 in order."""
    document = json.loads(text)
    ids = {node["id"]: number for number, node in enumerate(document["nodes"], 1)}
    for node in document["nodes"]:
        node["id"] = ids[node["id"]]
    for edge in document["edges"]:
        edge["source"], edge["target"] = ids[edge["source"]], ids[edge["target"]]
    return Plan(json.dumps(document, sort_keys=True))


# Where the table of a node is described, by role.
_HOLDERS: Mapping[str, tuple[str, ...]] = {
    "source": ("scanTableSource",),
    "sink": ("dynamicTableSink",),
    "lookup": ("temporalTable", "lookupTableSource"),
}


def _role_of(node: Mapping[str, Any]) -> str | None:
    return next((role for role, path in _HOLDERS.items() if _at(node, path)), None)


def _at(node: Mapping[str, Any], path: Iterable[str]) -> dict[str, Any]:
    """Return what stands at a path; an empty object where nothing does."""
    found: Any = node
    for name in path:
        found = (found or {}).get(name)
    return found or {}


def _described(node: Mapping[str, Any]) -> dict[str, Any]:
    role = _role_of(node)
    table: dict[str, Any] = _at(node, _HOLDERS[role]).get("table", {}) if role else {}
    return table


def _table_of(node: Mapping[str, Any]) -> PlanTable | None:
    described = _described(node)
    if "resolvedTable" not in described:
        return None
    resolved = described["resolvedTable"]
    role = str(_role_of(node))
    columns = resolved["schema"]["columns"]
    if role == "sink":
        columns = [c for c in columns if not _is_metadata(c)] + [c for c in columns if _is_metadata(c)]
        columns = [c for c in columns if c.get("kind") != "COMPUTED" and not c.get("isVirtual")]
    return PlanTable(
        node=node["id"],
        name=described["identifier"].rpartition(".`")[2].rstrip("`"),
        role=role,
        options=resolved.get("options", {}),
        columns=tuple((column["name"], str(column.get("dataType", ""))) for column in columns),
        key=tuple(resolved["schema"].get("primaryKey", {}).get("columns", ())),
        is_insert_only=node.get("inputChangelogMode", ["INSERT"]) == ["INSERT"],
    )


def is_exchange(node: Mapping[str, Any]) -> bool:
    """Tell whether a node only sends rows elsewhere."""
    return str(node["type"]).startswith("stream-exec-exchange")


def _is_metadata(column: Mapping[str, Any]) -> bool:
    return column.get("kind") == "METADATA"


def _meaning(node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a node state depends on: no description, no column that is not read, no comment."""
    kept = {key: value for key, value in node.items() if key not in {"id", "description", "configuration"}}
    if settings := {key: v for key, v in node.get("configuration", {}).items() if key not in _PACE}:
        kept["configuration"] = settings
    if described := _described(kept):
        resolved, role = described.get("resolvedTable", {}), str(_role_of(kept))
        options = {key: value for key, value in resolved.get("options", {}).items() if key in _MEANING}
        if options.get("connector") == "tally-upsert-kafka":
            # Reads what Flink's own reads, from where that was.
            options["connector"] = "upsert-kafka"
        table = {"identifier": described["identifier"], "options": options}
        if role == "sink":
            table["schema"] = resolved.get("schema")
        return _with_read_columns(_with_table(kept, _HOLDERS[role], table))
    return kept


def _with_read_columns(node: dict[str, Any]) -> dict[str, Any]:
    """Return a node without the places of the columns that it reads in its table: their names are in its type."""
    scan = node.get("scanTableSource")
    if not scan or "abilities" not in scan:
        return node
    abilities = [{key: v for key, v in one.items() if key != "projectedFields"} for one in scan["abilities"]]
    return {**node, "scanTableSource": {**scan, "abilities": abilities}}


def _with_table(node: Mapping[str, Any], path: Sequence[str], table: object) -> dict[str, Any]:
    """Return a node with another table at the end of a path."""
    name, *rest = path
    inner = _with_table(node[name], rest, table) if rest else {**node[name], "table": table}
    return {**node, name: inner}
