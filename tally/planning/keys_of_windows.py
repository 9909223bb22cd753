"""Keys of windowed results: the group keys and the bound that tells one window of a group from the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from tally.planning.derived import Derived, Key, Node, width_of
from tally.planning.durations import duration
from tally.planning.job import Window

_Kind = Literal["tumbling", "hopping", "cumulating", "session"]

# By Flink's name of the window: ours, and its member that is the time between two results of one group.
_KINDS: Mapping[str, tuple[_Kind, str]] = {
    "TumblingWindow": ("tumbling", "size"),
    "HoppingWindow": ("hopping", "slide"),
    "CumulativeWindow": ("cumulating", "step"),
    "SessionWindow": ("session", "gap"),
    "TUMBLING": ("tumbling", "size"),
    "SLIDING": ("hopping", "slide"),
    "SESSION": ("session", "gap"),
}


def grouped(grouping: Sequence[int], before: Derived) -> tuple[frozenset[int], dict[int, Window]]:
    """Return constants and window bounds among group keys, which come first in what is put out."""
    constants = frozenset(i for i, column in enumerate(grouping) if column in before.constants)
    return constants, {i: before.windows[c] for i, c in enumerate(grouping) if c in before.windows}


def window(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Aggregate over a window table function."""
    described = node["windowing"]["window"]
    window = _window_of(described, "type")
    return _windowed(node, inputs[0], window, _size(described, window))


def group_window(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Aggregate with GROUP BY TUMBLE(...), HOP(...) or SESSION(...), which early fire may update."""
    window = _window_of(node["window"], "kind")
    derived = _windowed(node, inputs[0], window, _size(node["window"], window))
    return replace(derived, updating=True)


def window_table(node: Node, inputs: Sequence[Derived]) -> Derived:
    """Window table function on its own: it repeats rows, so there is no key; start, end and time come last."""
    width, window = width_of(node), _window_of(node["windowing"]["window"], "type")
    size = _size(node["windowing"]["window"], window)
    kinds = ("WindowStart", "WindowEnd", "Rowtime")
    bounds = {width - 3 + i: _bound(window, kind, size) for i, kind in enumerate(kinds)}
    return Derived(width, windows=bounds, updating=inputs[0].updating)


def attached_bounds(windowing: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the columns each of which tells the windows of a WindowAttached node apart, over all groups."""
    kind = _window_of(windowing["window"], "type").kind
    # Windows of one size have one start for each end; sessions and cumulating windows do not.
    names = ("windowStart", "windowEnd") if kind in {"tumbling", "hopping"} else ("windowEnd",)
    return tuple(windowing[name] for name in names if windowing.get(name, -1) >= 0)


def _windowed(node: Node, before: Derived, window: Window, size: timedelta | None) -> Derived:
    groups = len(node["grouping"])
    first = groups + len(node["aggCalls"])
    bounds = dict(_bounds(node, first))
    constants, _ = grouped(node["grouping"], before)
    keys = (_key(groups, place) for place, kind in bounds.items() if _tells_apart(kind, window))
    windows = {place: _bound(window, kind, size) for place, kind in bounds.items()}
    return Derived(width_of(node), frozenset(keys), constants, bool(node.get("needRetraction")), windows)


def _bounds(node: Node, first: int) -> Iterator[tuple[int, str]]:
    for place, entry in enumerate(node["namedWindowProperties"], first):
        if entry["property"]["kind"] in {"WindowStart", "WindowEnd", "Rowtime"}:
            yield place, entry["property"]["kind"]


def _tells_apart(bound: str, window: Window) -> bool:
    return bound != "WindowStart" or window.kind != "cumulating"


def _key(groups: int, bound: int) -> Key:
    return frozenset(range(groups)) | {bound}


def _size(described: Mapping[str, Any], window: Window) -> timedelta | None:
    """Return how long a window is; None where windows of one kind differ: cumulating ones, and sessions."""
    if window.kind not in {"tumbling", "hopping"}:
        return None
    return duration(described["size"])


def _bound(window: Window, bound: str, size: timedelta | None) -> Window:
    # Flink's window time is the last millisecond of the window.
    after = {"WindowStart": size, "WindowEnd": timedelta(0), "Rowtime": timedelta(milliseconds=1)}
    return replace(window, ends_after=after.get(bound))


def _window_of(described: Mapping[str, Any], name: str) -> Window:
    kind, step = _KINDS[described[name]]
    return Window(kind, duration(described[step]))
