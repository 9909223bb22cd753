"""The keys of a compiled plan's sinks: what they are, and whether the declared ones are among them."""

from __future__ import annotations

from collections.abc import Sequence

from tally.planning.derived import Derived
from tally.planning.job import Window
from tally.planning.keys import derive
from tally.planning.plan import Plan, PlanTable


class SinkKeys:
    """What is known of the rows that reach each sink of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._derived = derive(plan.nodes, plan.edges)

    def admits(self, sink: PlanTable, key: Sequence[str]) -> bool:
        """Tell whether ``key`` is a unique key of what ``sink`` is given."""
        return self._derived[sink.node].admits(frozenset(_names(sink).index(column) for column in key))

    def keys(self, sink: PlanTable) -> tuple[tuple[str, ...], ...]:
        """Return the keys that would do, shortest first, in column order.

        The empty key says that the result has one row, and no constant column to be its key.
        """
        derived, names = self._derived[sink.node], _names(sink)
        keys = {tuple(names[column] for column in sorted(_written(key, derived))) for key in derived.kept}
        return tuple(sorted(keys, key=lambda key: (len(key), key)))

    def window(self, sink: PlanTable, key: Sequence[str]) -> Window | None:
        """Return the window that a time column of ``key`` is a bound of."""
        windows, names = self._derived[sink.node].windows, _names(sink)
        return next((windows[names.index(c)] for c in key if names.index(c) in windows), None)


def _names(sink: PlanTable) -> list[str]:
    return [name for name, _ in sink.columns]


def _written(key: frozenset[int], derived: Derived) -> frozenset[int]:
    # A result of one row has the empty key; it is written with a constant column, where there is one.
    return key or frozenset(sorted(derived.constants)[:1])
