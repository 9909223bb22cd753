"""One live line an aggregate while jobs run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from tally.running.following import Progress

COLUMNS = ("aggregate", "state", "rows in", "rows out", "late", "event time", "lag")


@contextmanager
def live() -> Iterator[Callable[[Sequence[Progress]], None]]:
    """Show a table on standard error that is drawn anew at each call, and stays with its last figures."""
    with Live(console=Console(stderr=True), auto_refresh=False) as shown:

        def show(progress: Sequence[Progress]) -> None:
            shown.update(Group(table_of(progress), *_problems(progress)), refresh=True)

        yield show


def table_of(progress: Sequence[Progress]) -> Table:
    """Return the table: one row an aggregate."""
    table = Table(box=None, pad_edge=False)
    for title in COLUMNS:
        left = title in {"aggregate", "state", "event time"}
        table.add_column(title, justify="left" if left else "right", no_wrap=True)
    for one in progress:
        figures = (f"{one.rows_in:,}", f"{one.rows_out:,}", f"{one.late:,}")
        lag = "" if one.lag is None else f"{one.lag:,}"
        table.add_row(one.aggregate, one.state.lower(), *figures, _moment(one.event_time), lag)
    return table


def _problems(progress: Sequence[Progress]) -> list[Text]:
    texts = dict.fromkeys(f"restarting: {one.problem}" for one in progress if one.problem)
    return [Text(text) for text in texts]


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return "end" if moment.year == datetime.max.year else moment.strftime("%Y-%m-%d %H:%M:%S")
