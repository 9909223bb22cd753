"""Keys of joins: those of both sides together; one side's, where the other side is joined on a key of its own.

These are the rules of Flink's FlinkRelMdUniqueKeys.getJoinUniqueKeys; the exchange before a join has already taken
away the keys that are not safe for updates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tally.planning.derived import Derived, Key, Node, width_of
from tally.planning.keys_of_windows import attached_bounds


@dataclass(frozen=True)
class _Sides:
    """Two sides and the columns that are compared; ``kind`` is INNER, LEFT, RIGHT or FULL."""

    kind: str
    left: Derived
    right: Derived
    left_columns: Sequence[int]
    right_columns: Sequence[int]

    def joined(self, node: Node, updating: bool) -> Derived:
        shift = self.left.width
        return Derived(
            width=width_of(node),
            keys=self._keys(),
            updating=updating or self.left.updating or self.right.updating,
            windows={**self.left.windows, **{i + shift: w for i, w in self.right.windows.items()}},
        )

    def _keys(self) -> frozenset[Key]:
        shifted = {frozenset(column + self.left.width for column in key) for key in self.right.keys}
        keys = {one | other for one in self.left.keys for other in shifted}
        if self.kind in {"INNER", "LEFT"} and self.right.is_unique_by(self.right_columns):
            keys |= self.left.keys
        if self.kind in {"INNER", "RIGHT"} and self.left.is_unique_by(self.left_columns):
            keys |= shifted
        return frozenset(keys | (self._renamed(keys) if self.kind == "INNER" else set()))

    def _renamed(self, keys: set[Key]) -> set[Key]:
        """Return the keys with each compared column replaced by the one that equals it."""
        renamed = set(keys)
        for left, right in zip(self.left_columns, self.right_columns, strict=True):
            pair = (left, right + self.left.width)
            for one, other in (pair, pair[::-1]):
                renamed |= {key - {one} | {other} for key in renamed if one in key}
        return renamed


def join(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Join of two results as they are now."""
    spec, left = node["joinSpec"], inputs[0]
    if spec["joinType"] in {"SEMI", "ANTI"}:
        return replace(left, updating=True)
    return _sides(spec, inputs).joined(node, updating=spec["joinType"] != "INNER")


def interval_join(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Join with a bound on the distance in time, whose rows come once."""
    return _sides(node["intervalJoinSpec"]["joinSpec"], inputs).joined(node, updating=False)


def window_join(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Join inside windows, whose rows come once; the windows are compared as well."""
    spec = node["joinSpec"]
    if spec["joinType"] in {"SEMI", "ANTI"}:
        return inputs[0]
    bounds = zip(
        attached_bounds(node["leftWindowing"]), attached_bounds(node["rightWindowing"]), strict=False
    )
    sides = _sides(spec, inputs)
    for left, right in bounds if _both_attached(node) else ():
        sides = replace(
            sides,
            left_columns=[*sides.left_columns, left],
            right_columns=[*sides.right_columns, right],
        )
    return sides.joined(node, updating=False)


def temporal_join(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Join with the version of a time: each row of the left side meets at most one."""
    return replace(inputs[0], width=width_of(node))


def _sides(spec: Mapping[str, Any], inputs: Sequence[Derived]) -> _Sides:
    return _Sides(spec["joinType"], inputs[0], inputs[1], spec["leftKeys"], spec["rightKeys"])


def _both_attached(node: Node) -> bool:
    ends = [node[side].get("windowEnd", -1) >= 0 for side in ("leftWindowing", "rightWindowing")]
    starts = [node[side].get("windowStart", -1) >= 0 for side in ("leftWindowing", "rightWindowing")]
    return all(ends) and starts[0] == starts[1]
