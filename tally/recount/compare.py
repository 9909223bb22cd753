"""Two results compared, whole row by whole row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

from tally.recount.errors import ColumnsDiffer

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """A result: names of its columns, and rows of values in that order.

    Values are None, int, str, bool, float, Decimal, date or aware UTC datetime.
    """

    columns: tuple[str, ...]
    rows: list[Row]

    def ordered(self, columns: tuple[str, ...]) -> Rows:
        """Return the same rows with their columns in another order."""
        if columns == self.columns:
            return self
        at = [self.columns.index(name) for name in columns]
        return Rows(columns, [tuple(row[number] for number in at) for row in self.rows])

    def by_key(self, key: Sequence[str]) -> tuple[dict[Any, Row], list[Row]]:
        """Return the first row of each key, and the rows whose key another row had before."""
        key_of = itemgetter(*(self.columns.index(name) for name in key))
        first: dict[Any, Row] = {}
        again: list[Row] = []
        for row in self.rows:
            at = key_of(row)
            if at in first:
                again.append(row)
            else:
                first[at] = row
        return first, again


@dataclass(frozen=True)
class Difference:
    """How a served result differs from the recount.

    Attributes:
        columns: names of the rows' columns.
        expected: how many rows the recount has.
        matching: how many of them are served, equal in every column.
        missing: rows of the recount whose key is not served.
        unexpected: served rows whose key the recount has not, or has been served before.
        different: of each key with other values, the recount's row and the served one.
    """

    columns: tuple[str, ...]
    expected: int
    matching: int
    missing: tuple[Row, ...]
    unexpected: tuple[Row, ...]
    different: tuple[tuple[Row, Row], ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.different)

    def lines(self, most: int = 5) -> Iterator[str]:
        """Yield the differences in words, at most ``most`` rows of each kind.

        Example::

            missing: 1 row
              region=asia users=88
            different: 1 row
              region=europe users: 66 expected, 67 served
        """
        yield from _section("missing", (self._text(row) for row in self.missing), len(self.missing), most)
        yield from _section(
            "unexpected", (self._text(row) for row in self.unexpected), len(self.unexpected), most
        )
        yield from _section(
            "different", (self._change(*pair) for pair in self.different), len(self.different), most
        )

    def _text(self, row: Row) -> str:
        return " ".join(f"{name}={value}" for name, value in zip(self.columns, row, strict=True))

    def _change(self, expected: Row, served: Row) -> str:
        columns = list(zip(self.columns, expected, served, strict=True))
        same = " ".join(f"{name}={left}" for name, left, right in columns if left == right)
        other = "; ".join(
            f"{name}: {left} expected, {right} served" for name, left, right in columns if left != right
        )
        return f"{same} {other}"


def compare(expected: Rows, actual: Rows, key: Sequence[str]) -> Difference:
    """Compare what is served with the recount.

    Args:
        expected: the recount; one row a key.
        actual: what is served. Its columns may stand in another order.
        key: columns of the primary key.

    Raises:
        ColumnsDiffer: they have not the same columns.
    """
    if set(expected.columns) != set(actual.columns):
        raise ColumnsDiffer(expected.columns, actual.columns)
    wanted, doubled = expected.by_key(key)
    served, again = actual.ordered(expected.columns).by_key(key)
    pairs = [(row, served[at]) for at, row in wanted.items() if at in served]
    different = tuple((left, right) for left, right in pairs if left != right)
    return Difference(
        columns=expected.columns,
        expected=len(expected.rows),
        matching=len(pairs) - len(different),
        missing=(*(row for at, row in wanted.items() if at not in served), *doubled),
        unexpected=(*(row for at, row in served.items() if at not in wanted), *again),
        different=different,
    )


def _section(title: str, lines: Iterable[str], count: int, most: int) -> Iterator[str]:
    if not count:
        return
    yield f"{title}: {count} row{'s' if count > 1 else ''}"
    yield from (f"  {line}" for line in islice(lines, most))
    if count > most:
        yield f"  and {count - most} more"
