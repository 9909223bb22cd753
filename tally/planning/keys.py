"""Unique keys of each result, derived from Flink's compiled plan.

Flink's planner derives no upsert key for windowed aggregates, and a wrong one for a Top-N inside a window (the rank
alone). So tally derives keys on its own, node by node, and checks every sink against them:

- a grouped aggregate: its group keys;
- a windowed aggregate: its group keys and ``window_end``, or ``window_start`` where the kind of window makes that
  unique as well (never for cumulating windows);
- a Top-N: its partition keys and the rank where the rank is a column of it, else what was a key of its input; at
  most one row a partition: its partition keys;
- a join: the keys of both sides together; one side's, where the other side is joined on a key of its own;
- SESSIONS: on the way to a sink, the key of the events and ``started_at``, of which a session has two rows.

A node that is not known has no keys, so that an aggregate over it is refused rather than served wrongly. A result
that is updated loses a key at an exchange that does not hash by columns of it: two versions of one row could
overtake each other (the rule of Flink's FlinkRelMdUpsertKeys).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tally.planning.casts import is_one_to_one
from tally.planning.derived import Derived, Key, Node, fields_of, unknown, width_of
from tally.planning.keys_of_joins import interval_join, join, temporal_join, window_join
from tally.planning.keys_of_ranks import rank, sort_limit, window_deduplicate, window_rank
from tally.planning.keys_of_windows import group_window, grouped, window, window_table
from tally.planning.sessions import process_table_function

Rule = Callable[[Node, Sequence[Derived]], Derived]


def derive(
    nodes: Sequence[Node], edges: Sequence[Mapping[str, Any]], *, in_order: bool = False
) -> dict[int, Derived]:
    """Return what is known of each node of a compiled plan, by node id.

    Args:
        nodes: ``nodes`` of the plan's JSON, inputs before outputs.
        edges: ``edges`` of the plan's JSON.
        in_order: what would hold if versions of a row never overtook each other at an exchange.
    """
    rules = {**_RULES, "exchange": _pass} if in_order else _RULES
    derived: dict[int, Derived] = {}
    for node in nodes:
        inputs = [derived[edge["source"]] for edge in edges if edge["target"] == node["id"]]
        kind = _kind(node)
        if kind not in _HANDING_ON:
            inputs = [replace(one, versions=frozenset()) for one in inputs]
        derived[node["id"]] = rules.get(kind, _unknown)(node, inputs)
    return derived


def _kind(node: Node) -> str:
    return str(node["type"]).removeprefix("stream-exec-").rpartition("_")[0].removeprefix("python-")


def _unknown(node: Node, _inputs: Sequence[Derived]) -> Derived:
    return unknown(node)


def _pass(_node: Node, inputs: Sequence[Derived]) -> Derived:
    return inputs[0]


def _scan(node: Node, _inputs: Sequence[Derived]) -> Derived:
    # A declared primary key is taken on trust, as Flink takes it; upsert-kafka makes it true.
    names = fields_of(node)
    schema = node["scanTableSource"]["table"]["resolvedTable"]["schema"]
    key = schema.get("primaryKey", {}).get("columns", ())
    if not key or not set(key) <= set(names):
        return Derived(len(names), updating=bool(key))
    return Derived(len(names), frozenset({frozenset(names.index(column) for column in key)}), updating=True)


def _exchange(node: Node, inputs: Sequence[Derived]) -> Derived:
    before = inputs[0]
    distribution = node["inputProperties"][0]["requiredDistribution"]
    if not before.updating or distribution["type"] in {"SINGLETON", "KEEP_INPUT_AS_IS"}:
        return before
    if distribution["type"] != "HASH":
        return replace(before, keys=frozenset(), versions=frozenset())
    hashed = frozenset(distribution["keys"])

    def safe(keys: frozenset[Key]) -> frozenset[Key]:
        return frozenset(key for key in keys if hashed <= key | before.constants)

    return replace(before, keys=safe(before.keys), versions=safe(before.versions))


def _calc(node: Node, inputs: Sequence[Derived]) -> Derived:
    before = inputs[0]
    places: dict[int, list[int]] = {}
    literals: set[int] = set()
    for index, expression in enumerate(node["projection"]):
        held = _uncast(expression)
        if held["kind"] == "INPUT_REF":
            places.setdefault(held["inputIndex"], []).append(index)
        elif held["kind"] == "LITERAL":
            literals.add(index)
    constants = {place for old in before.constants for place in places.get(old, ())} | literals
    windows = {place: window for old, window in before.windows.items() for place in places.get(old, ())}

    def moved(keys: frozenset[Key]) -> frozenset[Key]:
        return frozenset(new for key in keys for new in _moved(key, places, before.constants))

    return Derived(
        width=len(node["projection"]),
        keys=moved(before.keys),
        constants=frozenset(constants),
        updating=before.updating,
        windows=windows,
        versions=moved(before.versions),
    )


def _uncast(expression: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what is cast, where the cast gives different values for different values."""
    if expression["kind"] != "CALL" or expression.get("internalName") != "$CAST$1":
        return expression
    operand: Mapping[str, Any] = expression["operands"][0]
    if operand["kind"] == "LITERAL":
        return operand
    # Only of a column the plan is sure to say the type: of the field of a ROW it does not.
    is_column = operand["kind"] == "INPUT_REF"
    return operand if is_column and is_one_to_one(operand["type"], expression["type"]) else expression


def _moved(key: Key, places: Mapping[int, Sequence[int]], constants: frozenset[int]) -> set[Key]:
    moved: set[Key] = {frozenset()}
    for column in key:
        if column in constants and column not in places:
            continue
        moved = {done | {place} for done in moved for place in places.get(column, ())}
    return moved


def _group(node: Node, inputs: Sequence[Derived]) -> Derived:
    grouping = node["grouping"]
    key: Key = frozenset(range(len(grouping)))
    constants, windows = grouped(grouping, inputs[0])
    return Derived(width_of(node), frozenset({key}), constants, True, windows)


def _local(node: Node, inputs: Sequence[Derived]) -> Derived:
    # What leaves a local aggregate starts with its group keys, which is all that the global one refers to.
    constants, windows = grouped(node.get("grouping", node.get("finalAggGrouping")), inputs[0])
    return Derived(width_of(node), frozenset(), constants, True, windows)


def _deduplicate(node: Node, inputs: Sequence[Derived]) -> Derived:
    key = frozenset(node["uniqueKeys"])
    return replace(inputs[0], keys=frozenset({key}), updating=not node.get("outputInsertOnly", False))


def _normalize(node: Node, inputs: Sequence[Derived]) -> Derived:
    return replace(inputs[0], keys=frozenset({frozenset(node["uniqueKeys"])}), updating=True)


def _over(node: Node, inputs: Sequence[Derived]) -> Derived:
    # A row for each input row; a row that comes in between changes those after it.
    return replace(inputs[0], width=width_of(node), updating=True)


def _sink(node: Node, inputs: Sequence[Derived]) -> Derived:
    before = inputs[0]
    if node["inputChangelogMode"] == ["INSERT"] or before.updating:
        return before
    # The planner knows of changes that the rules above do not.
    return replace(before, keys=frozenset(), versions=frozenset(), updating=True)


# Nodes that put out each row that comes in, or leave it out, whatever others there are.
_HANDING_ON = frozenset(
    {"calc", "exchange", "watermark-assigner", "mini-batch-assigner", "drop-update-before", "sink"}
)
_RULES: Mapping[str, Rule] = {
    "table-source-scan": _scan,
    "calc": _calc,
    "exchange": _exchange,
    "watermark-assigner": _pass,
    "mini-batch-assigner": _pass,
    "drop-update-before": _pass,
    "temporal-sort": _pass,
    "group-aggregate": _group,
    "local-group-aggregate": _local,
    "incremental-group-aggregate": _local,
    "global-group-aggregate": _group,
    "window-aggregate": window,
    "local-window-aggregate": _local,
    "global-window-aggregate": window,
    "group-window-aggregate": group_window,
    "window-table-function": window_table,
    "over-aggregate": _over,
    "rank": rank,
    "sort-limit": sort_limit,
    "limit": sort_limit,
    "window-rank": window_rank,
    "deduplicate": _deduplicate,
    "window-deduplicate": window_deduplicate,
    "changelog-normalize": _normalize,
    "join": join,
    "interval-join": interval_join,
    "window-join": window_join,
    "temporal-join": temporal_join,
    "process-table-function": process_table_function,
    "sink": _sink,
}
