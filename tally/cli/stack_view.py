"""How servers are shown: a line of progress, a table, JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from tally.stack import Progress, ServiceStatus

if TYPE_CHECKING:
    from rich.table import Table


def show_progress(progress: Progress) -> None:
    """Print ``kafka      ready          4.2 s``."""
    click.echo(f"{progress.service:<10} {progress.stage:<10} {progress.seconds:5.1f} s", err=True)


def as_json(status: ServiceStatus) -> dict[str, object]:
    """Return the stable form that ``--json`` prints."""
    return {
        "service": status.name,
        "health": status.health.value,
        "address": status.address,
        "pids": list(status.pids),
        "memory_bytes": status.memory,
        "data_bytes": status.data_bytes,
        "logs": str(status.logs),
        "last_lines": list(status.last_lines),
    }


def as_table(statuses: Iterable[ServiceStatus]) -> Table:
    """Return one row a service."""
    from rich.table import Table  # noqa: PLC0415

    table = Table()
    for title in ("service", "health", "address", "pid"):
        table.add_column(title)
    for title in ("memory", "data"):
        table.add_column(title, justify="right")
    for status in statuses:
        pids = ", ".join(str(pid) for pid in status.pids)
        sizes = (_size(status.memory), _size(status.data_bytes))
        table.add_row(status.name, status.health.value, status.address or "", pids, *sizes)
    return table


def trouble(statuses: Iterable[ServiceStatus]) -> Iterator[str]:
    """Yield the last log lines of what crashed or does not answer."""
    for status in statuses:
        if status.last_lines:
            yield f"{status.name} is {status.health.value}; the end of its log in {status.logs}:"
            yield from (f"  | {line}" for line in status.last_lines)


def _size(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB" if count else ""
