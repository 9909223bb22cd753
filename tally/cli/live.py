"""One live line an aggregate while jobs run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

import click
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from tally.running.following import Progress

_OVER = ("FINISHED", "FAILED", "CANCELED")
COLUMNS = ("aggregate", "state", "rows in", "rows out", "late", "event time", "lag")


SECONDS_BETWEEN_LINES = 10.0
"""In a pipe or a file, of one aggregate whose state is the same."""


@contextmanager
def live() -> Iterator[Callable[[Sequence[Progress]], None]]:
    """Show progress on standard error.

    On a terminal it is a table that is drawn anew at each call, and stays with its last figures; elsewhere a line
    for each aggregate whose figures changed.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        lines = Lines(monotonic, lambda line: click.echo(line, err=True))
        yield lines.show
        lines.end()
        return
    with Live(console=console, auto_refresh=False) as shown:

        def show(progress: Sequence[Progress]) -> None:
            shown.update(Group(table_of(progress), *_problems(progress)), refresh=True)

        yield show


class Lines:
    """Progress as lines: of each aggregate when its state changes, and now and then when its figures do.

    Args:
        clock: tells seconds.
        write: takes a line.
    """

    def __init__(self, clock: Callable[[], float], write: Callable[[str], None]) -> None:
        self._clock, self._write = clock, write
        self._written: dict[str, tuple[str, str, float]] = {}
        self._last: dict[str, str] = {}

    def show(self, progress: Sequence[Progress]) -> None:
        """Write what changed; what changed too soon after the last line waits."""
        for one in progress:
            line = self._last[one.aggregate] = line_of(one)
            state, written, at = self._written.get(one.aggregate, ("", "", 0.0))
            due = self._clock() - at >= SECONDS_BETWEEN_LINES
            if one.state != state or (line != written and due):
                self._write(line)
                self._written[one.aggregate] = (one.state, line, self._clock())

    def end(self) -> None:
        """Write the last figures that have not been written."""
        for aggregate, line in self._last.items():
            if self._written[aggregate][1] != line:
                self._write(line)


def line_of(one: Progress) -> str:
    """Return the figures of an aggregate on one line."""
    figures = f"rows in {one.rows_in:,}, rows out {one.rows_out:,}, late {one.late:,}"
    lag = "" if one.lag is None else f", lag {one.lag:,}"
    time = _moment(one.event_time)
    problem = f"; restarting: {one.problem}" if one.problem else ""
    return f"{one.aggregate}: {one.state.lower()}, {figures}{f', event time {time}' if time else ''}{lag}{problem}"


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
    # What ended the last job is said once all is over.
    over = all(one.state in _OVER for one in progress)
    texts = dict.fromkeys(
        f"{one.state.lower()}: {one.problem}" for one in progress if one.problem and not over
    )
    return [Text(text) for text in texts]


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return "end" if moment.year == datetime.max.year else moment.strftime("%Y-%m-%d %H:%M:%S")
