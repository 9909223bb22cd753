"""``tally jobs``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tally.cli.cluster import cluster
from tally.cli.context import debug_option

if TYPE_CHECKING:
    from tally.running.rest import JobState

_Listed = tuple["JobState", int | None]
_TITLES = ("job", "state", "started (UTC)", "restarts", "id")


@click.command(name="jobs")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a job.")
@debug_option
def command(as_json: bool) -> None:
    r"""List the jobs that the Flink cluster remembers: name, state, start, restarts; the newest first.

    \b
    Example:
      tally jobs
      tally jobs --json
    """
    rest = cluster()
    listed = [(job, rest.restarts(job.id)) for job in rest.jobs()]
    if as_json:
        click.echo(json.dumps([_document(*one) for one in listed], indent=2))
    else:
        click.echo("\n".join(_lines(listed)))


def _document(job: JobState, restarts: int | None) -> dict[str, object]:
    """Return the stable form that ``--json`` prints; restarts: null where the cluster does not tell."""
    return {
        "job": job.name,
        "id": job.id,
        "state": job.state,
        "started": job.started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "restarts": restarts,
    }


def _lines(listed: list[_Listed]) -> Iterator[str]:
    rows = [_TITLES, *(_cells(*one) for one in listed)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # Not a table of rich's: it would cut ids to fit the terminal, and they are there to be copied.
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(job: JobState, restarts: int | None) -> tuple[str, ...]:
    started = job.started.strftime("%Y-%m-%d %H:%M:%S")
    return job.name, job.state.lower(), started, "" if restarts is None else str(restarts), job.id
