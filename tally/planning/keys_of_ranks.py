"""Keys of Top-N results.

A Top-N that has the rank among its columns, or skips the first ranks, is updated rank by rank: a row that falls out
is overwritten at its rank and never deleted by its own key (Flink's AppendOnlyTopNFunction,
``processElementWithRowNumber``). So a key of its input is none of the result, though FlinkRelMdUpsertKeys says so.
Without rank and offset, a row that falls out is deleted, and keys of the input stay keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tally.planning.derived import Derived, Key, Node, width_of
from tally.planning.keys_of_windows import attached_bounds


def rank(node: Node, inputs: Sequence[Derived]) -> Derived:
    """ROW_NUMBER() OVER (PARTITION BY ... ORDER BY ...) <= n."""
    within = frozenset(node["partition"]["fields"])
    kept = inputs[0].keys if _keeps_keys(node) else frozenset()
    keys = kept | _numbered(node, within, inputs[0].width)
    return replace(inputs[0], width=width_of(node), keys=keys, updating=True)


def sort_limit(node: Node, inputs: Sequence[Derived]) -> Derived:
    """ORDER BY ... LIMIT n, or LIMIT n alone."""
    ranks = node["rankRange"]
    kept = inputs[0].keys if _keeps_keys(node) else frozenset()
    single: set[Key] = {frozenset()} if ranks.get("start") == ranks.get("end") else set()
    return replace(inputs[0], keys=kept | single, updating=True)


def window_rank(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Top-N inside a window: its rows come once, when the window closes."""
    keys = set(inputs[0].keys)
    for bound in attached_bounds(node["windowing"]):
        within = frozenset(node["partitionSpec"]["fields"]) | {bound}
        keys |= _numbered(node, within, inputs[0].width)
    return replace(inputs[0], width=width_of(node), keys=frozenset(keys), updating=False)


def window_deduplicate(node: Node, inputs: Sequence[Derived]) -> Derived:
    """One row a partition and window, when the window closes."""
    bounds = attached_bounds(node["windowing"])
    keys = frozenset(frozenset(node["partitionKeys"]) | {bound} for bound in bounds)
    return replace(inputs[0], keys=keys | inputs[0].keys, updating=False)


def _keeps_keys(node: Node) -> bool:
    return not node["outputRowNumber"] and bool(node["rankRange"].get("start", 1) == 1)


def _numbered(node: Node, within: Key, number: int) -> frozenset[Key]:
    ranks = node["rankRange"]
    if ranks.get("type") == "Constant" and ranks["start"] == ranks["end"]:
        return frozenset({within})
    if node["outputRowNumber"] and node["rankType"] == "ROW_NUMBER":
        return frozenset({within | {number}})
    return frozenset()
