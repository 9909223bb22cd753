"""What is known of the rows that a node of a compiled plan puts out: its keys, and which columns bound a window."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tally.planning.job import Window

Key = frozenset[int]
Node = Mapping[str, Any]

_FIELD = re.compile(r"`((?:[^`]|``)*)` ")


@dataclass(frozen=True)
class Derived:
    """What is known of a node's output.

    Attributes:
        width: number of columns.
        keys: its unique keys, as column indexes; the empty key says "at most one row".
        versions: keys of things that have several rows, each of which says all that those before it said: a table
            by such a key keeps the last, but whatever counts or joins rows meets every one.
        constants: columns that hold one literal.
        updating: whether rows change after they were emitted.
        windows: the window of each column that is a bound of one.
    """

    width: int
    keys: frozenset[Key] = frozenset()
    constants: frozenset[int] = frozenset()
    updating: bool = False
    windows: Mapping[int, Window] = field(default_factory=dict)
    versions: frozenset[Key] = frozenset()

    @property
    def kept(self) -> frozenset[Key]:
        """The keys that a table can keep this result by."""
        return self.keys | self.versions

    def admits(self, key: Key) -> bool:
        """Tell whether ``key`` can be the primary key of a table that keeps this result.

        A result that is updated needs one of its keys exactly: with a column more, a row whose further column
        changes would leave its old version behind. Constant columns make no difference.
        """
        wanted = key - self.constants
        candidates = {candidate - self.constants for candidate in self.kept}
        return wanted in candidates if self.updating else any(c <= wanted for c in candidates)

    def is_unique_by(self, columns: Iterable[int]) -> bool:
        """Tell whether at most one row has given values in ``columns``."""
        known = self.constants | frozenset(columns)
        return any(key <= known for key in self.keys)


def unknown(node: Node) -> Derived:
    """Return what holds of any node: no key, and rows may change."""
    return Derived(width_of(node), updating=True)


def is_kind(node: Node, *kinds: str) -> bool:
    """Tell whether a node is of one of some kinds: ``calc`` is ``stream-exec-calc``, in any version."""
    return str(node["type"]).startswith(tuple(f"stream-exec-{kind}_" for kind in kinds))


def width_of(node: Node) -> int:
    """Return the number of columns that a node puts out."""
    return len(fields_of(node))


def fields_of(node: Node) -> list[str]:
    """Return the names of the columns that a node puts out.

    Flink writes a row type as text, or as an object where a field is a time attribute.
    """
    written = node["outputType"]
    if isinstance(written, str):
        return [name for _, name in fields_in(written)]
    return [field["name"] for field in written["fields"]]


def fields_in(row: str) -> list[tuple[int, str]]:
    """Return where each field of a row type, written as text, begins, and its name."""
    fields, depth, at = [], 0, 0
    while at < len(row):
        found = _FIELD.match(row, at) if depth == 1 else None
        if found:
            fields.append((at, found[1].replace("``", "`")))
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(row[at], 0) if not found else 0
        at = found.end() if found else at + 1
    return fields
