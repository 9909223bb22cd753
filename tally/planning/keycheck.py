"""The keys of a compiled plan's sinks: what they are, and whether the declared ones are among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tally.errors import Span
from tally.planning.derived import Derived, fields_of, is_kind
from tally.planning.errors import KeyNotUnique, KeyOvertaken
from tally.planning.job import Window, WindowEnd
from tally.planning.keys import derive
from tally.planning.plan import Plan, PlanTable


class SinkKeys:
    """What is known of the rows that reach each sink of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._derived = derive(plan.nodes, plan.edges)

    def admits(self, sink: PlanTable, key: Sequence[str]) -> bool:
        """Tell whether ``key`` is a unique key of what ``sink`` is given."""
        return self._derived[sink.node].admits(_places(sink, key))

    def keys(self, sink: PlanTable) -> tuple[tuple[str, ...], ...]:
        """Return the keys that would do, shortest first, in column order.

        The empty key says that the result has one row, and no constant column to be its key.
        """
        return _keys(self._derived[sink.node], _names(sink))

    def mistake(
        self, name: str, sink: PlanTable, key: Sequence[str], span: Span | None
    ) -> KeyNotUnique | KeyOvertaken | None:
        """Return what is wrong with the declared key of a sink; None where nothing is.

        Args:
            name: of the aggregate or the table.
            sink: the table in the plan.
            key: as declared; none where none is.
            span: where it is declared.
        """
        if key and self.admits(sink, key):
            return None
        overtaken = self._overtaken(sink, key)
        return overtaken(name, span) if overtaken else KeyNotUnique(name, tuple(key), self.keys(sink), span)

    def _overtaken(
        self, sink: PlanTable, key: Sequence[str]
    ) -> Callable[[str, Span | None], KeyOvertaken] | None:
        """Return what makes the error, where a key would do if no version of a row overtook another."""
        in_order = derive(self._plan.nodes, self._plan.edges, in_order=True)[sink.node]
        kept = _keys(in_order, _names(sink))
        wanted = tuple(key) if key and in_order.admits(_places(sink, key)) else None
        if not wanted and (self.keys(sink) or not kept):
            return None
        found = wanted or kept[0]
        order = next((c for c, type_ in sink.columns if c not in found and _is_ordered(type_)), found[0])
        return lambda name, span: KeyOvertaken(
            name, found, self._exchanged(sink), (_names(sink), order), span
        )

    def _exchanged(self, sink: PlanTable) -> tuple[str, ...]:
        """Return the columns by which the first exchange hashes changing rows that takes a key of theirs away."""
        for node in self._plan.upstream(sink.node):
            (before, *_) = [edge["source"] for edge in self._plan.edges if edge["target"] == node["id"]] or [
                None
            ]
            if (
                before
                and is_kind(node, "exchange")
                and self._derived[before].keys != self._derived[node["id"]].keys
            ):
                hashed = node["inputProperties"][0]["requiredDistribution"].get("keys", ())
                return tuple(fields_of(node)[column] for column in hashed)
        return ()

    def window(self, sink: PlanTable, key: Sequence[str]) -> Window | None:
        """Return the window that a time column of ``key`` is a bound of."""
        windows, names = self._derived[sink.node].windows, _names(sink)
        return next((windows[names.index(c)] for c in key if names.index(c) in windows), None)

    def window_end(self, sink: PlanTable) -> WindowEnd | None:
        """Return how a row tells when its window ends: by the column that is nearest to the end, or None."""
        windows, names = self._derived[sink.node].windows, _names(sink)
        found = [
            WindowEnd(names[column], window.ends_after)
            for column, window in windows.items()
            if window.ends_after is not None
        ]
        return min(found, key=lambda end: end.after, default=None)


def _keys(derived: Derived, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    keys = {tuple(names[column] for column in sorted(_written(key, derived))) for key in derived.kept}
    return tuple(sorted(keys, key=lambda key: (len(key), key)))


def _places(sink: PlanTable, key: Sequence[str]) -> frozenset[int]:
    return frozenset(_names(sink).index(column) for column in key)


def _is_ordered(type_: str) -> bool:
    return not type_.startswith(("ARRAY", "MAP", "ROW", "MULTISET", "RAW", "STRUCTURED", "VARIANT", "BITMAP"))


def _names(sink: PlanTable) -> list[str]:
    return [name for name, _ in sink.columns]


def _written(key: frozenset[int], derived: Derived) -> frozenset[int]:
    # A result of one row has the empty key; it is written with a constant column, where there is one.
    return key or frozenset(sorted(derived.constants)[:1])
