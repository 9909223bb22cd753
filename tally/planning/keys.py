"""Unique keys of each result, derived from Flink's compiled plan.

Flink's planner derives no upsert key for windowed aggregates, and a wrong one for a Top-N inside a window (the rank
alone). So tally derives keys on its own, node by node, and checks every sink against them:

- a grouped aggregate: its group keys;
- a windowed aggregate: its group keys and ``window_end``, or ``window_start`` where the kind of window makes that
  unique as well (never for cumulating windows);
- a Top-N: its partition keys and the rank, or what was a key of its input; at most one row a partition: its
  partition keys;
- a join: the keys of both sides together; one side's, where the other side is joined on a key of its own.

A node that is not known has no keys, so that an aggregate over it is refused rather than served wrongly. A result
that is updated loses a key at an exchange that does not hash by columns of it: two versions of one row could
overtake each other (the rule of Flink's FlinkRelMdUpsertKeys).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from tally.planning.job import Window

Key = frozenset[int]
Node = Mapping[str, Any]
_DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


@dataclass(frozen=True)
class Derived:
    """What is known of a node's output.

    Attributes:
        width: number of columns.
        keys: its unique keys, as column indexes; the empty key says "at most one row".
        constants: columns that hold one literal.
        updating: whether rows change after they were emitted.
        windows: the window of each column that is a window start or end.
    """

    width: int
    keys: frozenset[Key] = frozenset()
    constants: frozenset[int] = frozenset()
    updating: bool = False
    windows: Mapping[int, Window] = field(default_factory=dict)

    def admits(self, key: Key) -> bool:
        """Tell whether ``key`` can be the primary key of a table that keeps this result."""
        wanted = key - self.constants
        candidates = {candidate - self.constants for candidate in self.keys}
        return wanted in candidates if self.updating else any(c <= wanted for c in candidates)


def derive(nodes: Sequence[Node], edges: Sequence[Mapping[str, Any]]) -> dict[int, Derived]:
    """Return what is known of each node of a compiled plan, by node id.

    Args:
        nodes: ``nodes`` of the plan's JSON, inputs before outputs.
        edges: ``edges`` of the plan's JSON.
    """
    derived: dict[int, Derived] = {}
    for node in nodes:
        inputs = [derived[edge["source"]] for edge in edges if edge["target"] == node["id"]]
        derived[node["id"]] = _derive_node(node, inputs)
    return derived


def _derive_node(node: Node, inputs: Sequence[Derived]) -> Derived:
    kind = str(node["type"]).removeprefix("stream-exec-").rpartition("_")[0].removeprefix("python-")
    rule = _RULES.get(kind)
    if rule is None:
        return Derived(width=-1, updating=True)
    return rule(node, inputs)


def _pass(_node: Node, inputs: Sequence[Derived]) -> Derived:
    return inputs[0]


def _scan(_node: Node, _inputs: Sequence[Derived]) -> Derived:
    return Derived(width=-1)


def _exchange(node: Node, inputs: Sequence[Derived]) -> Derived:
    before = inputs[0]
    distribution = node["inputProperties"][0]["requiredDistribution"]
    if not before.updating or distribution["type"] == "SINGLETON":
        return before
    hashed = frozenset(distribution.get("keys", ()))
    return replace(before, keys=frozenset(key for key in before.keys if hashed <= key | before.constants))


def _calc(node: Node, inputs: Sequence[Derived]) -> Derived:
    before = inputs[0]
    places: dict[int, list[int]] = {}
    literals: set[int] = set()
    for index, expression in enumerate(node["projection"]):
        if expression["kind"] == "INPUT_REF":
            places.setdefault(expression["inputIndex"], []).append(index)
        elif expression["kind"] == "LITERAL":
            literals.add(index)
    constants = {place for old in before.constants for place in places.get(old, ())} | literals
    windows = {place: window for old, window in before.windows.items() for place in places.get(old, ())}
    keys = {new for key in before.keys for new in _moved(key, places, before.constants)}
    return Derived(len(node["projection"]), frozenset(keys), frozenset(constants), before.updating, windows)


def _moved(key: Key, places: Mapping[int, Sequence[int]], constants: frozenset[int]) -> set[Key]:
    moved: set[Key] = {frozenset()}
    for column in key:
        if column in constants and column not in places:
            continue
        moved = {done | {place} for done in moved for place in places.get(column, ())}
    return moved


def _group(node: Node, inputs: Sequence[Derived]) -> Derived:
    grouping, calls = node["grouping"], node.get("aggCalls", ())
    constants = frozenset(i for i, column in enumerate(grouping) if column in inputs[0].constants)
    windows = {i: inputs[0].windows[c] for i, c in enumerate(grouping) if c in inputs[0].windows}
    key: Key = frozenset(range(len(grouping)))
    return Derived(len(grouping) + len(calls), frozenset({key}), constants, True, windows)


def _local(node: Node, inputs: Sequence[Derived]) -> Derived:
    # What leaves a local aggregate starts with its group keys, which is all that the global one refers to.
    constants = frozenset(i for i, column in enumerate(node["grouping"]) if column in inputs[0].constants)
    windows = {i: inputs[0].windows[c] for i, c in enumerate(node["grouping"]) if c in inputs[0].windows}
    return Derived(-1, frozenset(), constants, inputs[0].updating, windows)


def _window(node: Node, inputs: Sequence[Derived]) -> Derived:
    groups = len(node["grouping"])
    first = groups + len(node["aggCalls"])
    window = _window_of(node["windowing"]["window"])
    names = [entry["property"]["kind"] for entry in node["namedWindowProperties"]]
    unique = {"WindowEnd"} | (set() if window.kind == "cumulating" else {"WindowStart"})
    bounds = {first + i: window for i, name in enumerate(names) if name in {"WindowStart", "WindowEnd"}}
    constants = frozenset(i for i, column in enumerate(node["grouping"]) if column in inputs[0].constants)
    keys = (frozenset(range(groups)) | {first + i} for i, name in enumerate(names) if name in unique)
    return Derived(first + len(names), frozenset(keys), constants, bool(node.get("needRetraction")), bounds)


_KINDS: Mapping[str, tuple[str, str]] = {
    "TumblingWindow": ("tumbling", "size"),
    "HoppingWindow": ("hopping", "slide"),
    "CumulativeWindow": ("cumulating", "step"),
    "SessionWindow": ("session", "gap"),
}


def _window_of(described: Mapping[str, Any]) -> Window:
    kind, step = _KINDS[described["type"]]
    return Window(kind, _DURATION.validate_python(described[step]))  # type: ignore[arg-type]


def _window_table(node: Node, inputs: Sequence[Derived]) -> Derived:
    # A window table function on its own repeats rows: it has no key, but its bounds are window bounds.
    width = str(node["outputType"]).count("`") // 2
    window = _window_of(node["windowing"]["window"])
    return Derived(width, windows={width - 3: window, width - 2: window}, updating=inputs[0].updating)


def _rank(node: Node, inputs: Sequence[Derived]) -> Derived:
    return _ranked(node, inputs[0], (node["partition"]["fields"], frozenset(), True))


def _window_rank(node: Node, inputs: Sequence[Derived]) -> Derived:
    windowing = node["windowing"]
    bounds = frozenset(windowing[end] for end in ("windowEnd",) if end in windowing)
    return _ranked(node, inputs[0], (node["partitionSpec"]["fields"], bounds, False))


def _ranked(node: Node, before: Derived, by: tuple[Sequence[int], Key, bool]) -> Derived:
    partition, bounds, updating = by
    ranks = node["rankRange"]
    width = before.width if before.width >= 0 else str(node["outputType"]).count("`") // 2
    number = frozenset({width}) if node["outputRowNumber"] else None
    within = frozenset(partition) | bounds
    keys = set(before.keys)
    if ranks.get("type") == "Constant" and ranks.get("start") == ranks.get("end") == 1:
        keys.add(within)
    elif number is not None and node["rankType"] == "ROW_NUMBER":
        keys.add(within | number)
    return replace(before, width=width + (1 if number else 0), keys=frozenset(keys), updating=updating)


def _sort_limit(node: Node, inputs: Sequence[Derived]) -> Derived:
    ranks, before = node["rankRange"], inputs[0]
    single = {frozenset[int]()} if ranks.get("end") == 1 else set()
    return replace(before, keys=before.keys | single, updating=True)


def _deduplicate(node: Node, inputs: Sequence[Derived]) -> Derived:
    return replace(inputs[0], keys=frozenset({frozenset(node["uniqueKeys"])}), updating=True)


def _window_deduplicate(node: Node, inputs: Sequence[Derived]) -> Derived:
    key = frozenset(node["partitionKeys"]) | {node["windowing"]["windowEnd"]}
    return replace(inputs[0], keys=frozenset({key}), updating=False)


def _normalize(node: Node, inputs: Sequence[Derived]) -> Derived:
    return replace(inputs[0], keys=frozenset({frozenset(node["uniqueKeys"])}), updating=True)


def _join(node: Node, inputs: Sequence[Derived]) -> Derived:
    left, right, spec = inputs[0], inputs[1], node["joinSpec"]
    updating = left.updating or right.updating or spec["joinType"] != "INNER"
    if spec["joinType"] in {"SEMI", "ANTI"}:
        return replace(left, updating=True)
    if left.width < 0 or not left.keys or not right.keys:
        return Derived(width=-1, updating=True)
    return Derived(
        width=left.width + right.width if right.width >= 0 else -1,
        keys=_joined(left, right, spec),
        updating=updating,
        windows=dict(left.windows) | {i + left.width: window for i, window in right.windows.items()},
    )


def _joined(left: Derived, right: Derived, spec: Mapping[str, Any]) -> frozenset[Key]:
    shifted = {frozenset(column + left.width for column in key) for key in right.keys}
    keys = {one | other for one in left.keys for other in shifted}
    if spec["joinType"] in {"INNER", "LEFT"} and _covers(spec["rightKeys"], right):
        keys |= left.keys
    if spec["joinType"] in {"INNER", "RIGHT"} and _covers(spec["leftKeys"], left):
        keys |= shifted
    return frozenset(keys)


def _covers(columns: Sequence[int], side: Derived) -> bool:
    return any(key <= frozenset(columns) | side.constants for key in side.keys)


_RULES: Mapping[str, Callable[[Node, Sequence[Derived]], Derived]] = {
    "table-source-scan": _scan,
    "calc": _calc,
    "exchange": _exchange,
    "watermark-assigner": _pass,
    "mini-batch-assigner": _pass,
    "drop-update-before": _pass,
    "miniBatch-assigner": _pass,
    "group-aggregate": _group,
    "local-group-aggregate": _local,
    "incremental-group-aggregate": _local,
    "global-group-aggregate": _group,
    "window-aggregate": _window,
    "local-window-aggregate": _local,
    "global-window-aggregate": _window,
    "window-table-function": _window_table,
    "rank": _rank,
    "sort-limit": _sort_limit,
    "window-rank": _window_rank,
    "deduplicate": _deduplicate,
    "window-deduplicate": _window_deduplicate,
    "changelog-normalize": _normalize,
    "join": _join,
    "sink": _pass,
}
