"""What of a result is not whole: windows closed before their time, rows of a bounded run that did not end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tally.serving.values import show_moment

if TYPE_CHECKING:
    from tally.registry.entries import Entry
    from tally.serving.reading import ReadResult

MARK = "_final_until"
"""Key of the mark in JSON. It begins as no column that Flink makes does."""


def require_served(entry: Entry) -> None:
    """Return when an aggregate is served.

    Raises:
        Dropped: it was.
    """
    from tally.registry.errors import Dropped  # noqa: PLC0415

    if not entry.is_served:
        raise Dropped(entry.name)


@dataclass(frozen=True)
class Provisional:
    """Which rows of an aggregate are provisional.

    Attributes:
        entry: of the aggregate.
        column: position of the column that tells when a row's window ends; None where no row is provisional.
        after: the window ends that much later than the column says.
    """

    entry: Entry
    column: int | None
    after: timedelta = timedelta(0)

    @staticmethod
    def of(entry: Entry) -> Provisional:
        """Return what is provisional of an aggregate."""
        end = entry.aggregate.window_end
        if end is None or entry.final_until is None:
            return Provisional(entry, None)
        names = [column.name for column in entry.aggregate.columns]
        return Provisional(entry, names.index(end.column), end.after)

    def marks(self, result: ReadResult) -> list[Mapping[str, object]]:
        """Return for each row what JSON adds to it: the time up to which windows are final, where it is not."""
        if self.column is None:
            return [{} for _ in result.rows]
        mark = {MARK: show_moment(self._until)}
        return [mark if self._is_provisional(row) else {} for row in result.rows]

    def notes(self, result: ReadResult) -> Iterator[str]:
        """Yield what is to be said below the rows."""
        number = sum(map(bool, self.marks(result)))
        if number:
            rows = "1 row is" if number == 1 else f"{number} rows are"
            since = (
                "" if self.entry.bounded else ", and the job that runs since may not have closed them again"
            )
            yield (
                f"{rows} provisional: a bounded run ended at {show_moment(self._until)}, "
                f"before the windows did{since}"
            )
        if self.entry.bounded and self.entry.status != "finished":
            yield (
                "the bounded run that serves this has not come to its end: rows of earlier runs may be among these; "
                "run it again"
            )

    @property
    def _until(self) -> datetime:
        assert self.entry.final_until is not None
        return self.entry.final_until

    def _is_provisional(self, row: tuple[object, ...]) -> bool:
        bound = row[self.column or 0]
        if not isinstance(bound, datetime):
            return False
        last = self.entry.provisional_until
        return self._until < bound + self.after and (last is None or bound + self.after <= last)
