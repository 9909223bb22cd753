"""Accounts: where the rows of each source enter what keeps them, so that every record can be found again.

From each source the plan is followed through the nodes that hand rows on, one for one, to the first that does not: an
aggregation, a join, a ranking, a sink. There the rows of the source are accounted for:
``read = dead + filtered + late + counted``. What stands between leaves rows out only by a condition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tally.planning.derived import fields_of, is_kind
from tally.planning.durations import duration
from tally.planning.job import Account, Gate, Read
from tally.planning.origins import fed_by, inputs_of
from tally.planning.plan import Plan
from tally.planning.routing import LETTER, dead_table

_Node = Mapping[str, Any]
_HANDING_ON = ("calc", "python-calc", "exchange", "mini-batch-assigner", "watermark-assigner", "union")


def accounts_of(plan: Plan, sources: Mapping[str, str], sinks: Mapping[str, str]) -> Iterator[Account]:
    """Yield the accounts of a plan in the order of their nodes, not yet told their gates and counts.

    Args:
        plan: the compiled plan.
        sources: by Flink table, the source that it reads.
        sinks: by table that the plan writes, the aggregate or table that it serves.
    """
    walk = _Walk(plan)
    for table in plan.tables("source"):
        if table.name in sources:
            walk.begun.add(table.node)
            walk.follow(table.node, _Way(sources[table.name]))
    feeds = fed_by(plan, sinks)
    for (node, input_), ways in sorted(walk.found.items()):
        names = feeds.get(node, ())
        # Rows of a table that nobody counts, united with others, cannot be told from those.
        if names and walk.knows_all(inputs_of(plan, node)[input_]):
            filters = any(way.filters for way in ways)
            yield Account(node, input_, place_of(plan, node), _times(ways), filters, names)


def place_of(plan: Plan, node: int) -> str:
    """Return what people call a node: as its operator is named in Flink's metrics."""
    described = next(str(one["description"]) for one in plan.nodes if one["id"] == node)
    return f"{described.partition('(')[0]}[{node}]"


def with_gates(accounts: Iterable[Account], gates: Iterable[Gate]) -> tuple[Account, ...]:
    """Return accounts with the gates that stand where they are."""
    at = {(gate.node, gate.input): gate for gate in gates}
    return tuple(replace(account, gate=at.get((account.node, account.input))) for account in accounts)


def reads_of(plan: Plan, sources: Mapping[str, str]) -> Iterator[Read]:
    """Yield where the records of routed sources come in; sources by Flink table, as above."""
    nodes = {node["id"]: node for node in plan.nodes}
    for table in plan.tables("source"):
        if table.name in sources:
            names = fields_of(nodes[table.node])
            source = sources[table.name]
            topic, partition = (_place(names, column) for column in ("$topic", "$partition"))
            letters = _reader_of_letters(plan, table.node, dead_table(source))
            yield Read(source, table.node, topic, partition, names.index(LETTER), letters)


def _reader_of_letters(plan: Plan, scan: int, dead: str) -> int:
    """Return the one node that reads a source for its dead letters only; -1 where any reads it for both."""
    feeds = fed_by(plan, {table.name: table.name for table in plan.tables("sink")})
    readers = {edge["target"] for edge in plan.edges if edge["source"] == scan}
    takers = [reader for reader in readers if dead in feeds[reader]]
    return takers[0] if len(takers) == 1 and feeds[takers[0]] == (dead,) else -1


def _place(names: list[str], column: str) -> int:
    return names.index(column) if column in names else -1


@dataclass(frozen=True)
class _Way:
    """A way that rows of a source come.

    Attributes:
        source: where they come from.
        filters: whether a condition stands on it.
        times: how many rows come of one.
    """

    source: str
    filters: bool = False
    times: int = 1


def _times(ways: Collection[_Way]) -> tuple[tuple[str, int], ...]:
    names = dict.fromkeys(way.source for way in ways)
    return tuple((name, sum(way.times for way in ways if way.source == name)) for name in names)


@dataclass
class _Walk:
    """A walk through a plan.

    Attributes:
        plan: the plan.
        begun: nodes where it began.
        found: by node and its input, the ways that lead there.
    """

    plan: Plan
    begun: set[int] = field(default_factory=set)
    found: dict[tuple[int, int], list[_Way]] = field(default_factory=dict)

    def follow(self, node: int, way: _Way) -> None:
        """Follow rows from a node to where each way ends."""
        nodes = {one["id"]: one for one in self.plan.nodes}
        for reader in dict.fromkeys(edge["target"] for edge in self.plan.edges if edge["source"] == node):
            for input_, read in enumerate(inputs_of(self.plan, reader)):
                if read["id"] == node:
                    self._enter(nodes[reader], input_, nodes[node], way)

    def knows_all(self, node: _Node) -> bool:
        """Tell whether all rows that a node puts out come from where the walk began, and were handed on."""
        if node["id"] in self.begun:
            return True
        hands_on = is_kind(node, *_HANDING_ON) or _windows_a_row(node) is not None
        return hands_on and all(map(self.knows_all, inputs_of(self.plan, node["id"])))

    def _enter(self, reader: _Node, input_: int, read: _Node, way: _Way) -> None:
        filters = way.filters or _is_filter(reader, read)
        if is_kind(reader, *_HANDING_ON):
            self.follow(reader["id"], _Way(way.source, filters, way.times))
        elif (windows := _windows_a_row(reader)) is not None:
            self.follow(reader["id"], _Way(way.source, filters, way.times * windows))
        else:
            self.found.setdefault((reader["id"], input_), []).append(way)


def _windows_a_row(node: _Node) -> int | None:
    """Return how many rows a window table function makes of one; None for another node, and where that varies."""
    if not is_kind(node, "window-table-function"):
        return None
    window = node["windowing"]["window"]
    if window["type"] == "TumblingWindow":
        return 1
    if window["type"] == "HoppingWindow":
        windows, rest = divmod(duration(window["size"]), duration(window["slide"]))
        return None if rest else windows
    return None


def _is_filter(node: _Node, input_: _Node) -> bool:
    """Tell whether a node has a condition of the query's own: that a record is no dead letter is tally's."""
    condition = node.get("condition")
    if not condition or not is_kind(node, "calc", "python-calc"):
        return False
    operands = condition.get("operands") or [{}]
    place = operands[0].get("inputIndex", -1)
    by_letter = place >= 0 and fields_of(input_)[place] == LETTER
    return not (condition.get("internalName") == "$IS NULL$1" and by_letter)
