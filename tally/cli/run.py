"""``tally run``."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tally.cli.context import debug_option
from tally.cli.mode import Mode, announce, mode_options, request_of
from tally.cli.planned import FILES, Opened, open_project, plan_each
from tally.cli.registry import orphan_lines, registry
from tally.errors import ProjectErrors, TallyError, raise_all
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.planning.job import Job
    from tally.running.following import Progress


@click.command(name="run")
@FILES
@mode_options
@debug_option
def command(files: tuple[Path, ...], **options: bool) -> int:
    r"""Run jobs in a mini-cluster on this machine until Ctrl-C: all of the project, or the FILEs.

    A job goes on from its last checkpoint, while its plan is the one that the checkpoint belongs to. Jobs with
    mistakes are said and left out; the others run, and the exit code is 1.

    \b
    Example:
      tally run
      tally run sql/aggregates/active_users.sql
      tally run --bounded
    """
    mode = Mode(**options)
    from tally.cli.live import live  # noqa: PLC0415
    from tally.running.session import run  # noqa: PLC0415

    opened = open_project(runs=True)
    click.echo("planning ...", err=True)
    jobs, mistakes = plan_each(opened, files)
    if not jobs:
        raise_all(mistakes)
    for mistake in mistakes:
        click.echo(f"error: {mistake}", err=True)
    announce(jobs, mode)
    began = time.time() * 1000
    with live() as show:
        progress = run(jobs, request_of(opened, mode), show)
    for line in (*_removed(progress), *_orphans(opened, jobs, is_whole=not (files or mistakes))):
        click.echo(line, err=True)
    late = sum(one.late for one in progress)
    if late:
        click.echo(f"{late} late rows were not counted; `tally dead SOURCE --late` shows them", err=True)
    for line in _accounts(opened, {job.name for job in jobs if job.accounts}, mode, began):
        click.echo(line, err=True)
    if mistakes:
        click.echo(f"error: not run: {', '.join(_left_out(mistakes))}, as said above", err=True)
    return 1 if mistakes else 0


def _left_out(mistakes: Iterable[TallyError]) -> Iterable[str]:
    """Return the files that mistakes are in, each once."""
    each = (
        one for error in mistakes for one in (error.errors if isinstance(error, ProjectErrors) else (error,))
    )
    return dict.fromkeys(one.span.file for one in each if one.span)


def _removed(progress: Sequence[Progress]) -> Iterator[str]:
    """Yield how many rows of earlier runs each bounded job deleted behind it."""
    for one in progress:
        if one.removed:
            rows = "1 row" if one.removed == 1 else f"{one.removed} rows"
            yield f"{one.aggregate}: {rows} of earlier runs removed"


def _orphans(opened: Opened, jobs: Sequence[Job], *, is_whole: bool) -> Iterator[str]:
    """Yield what is served and was not planned, where all files were."""
    if not is_whole:
        return
    project = opened.project
    planned = {aggregate.name for job in jobs for aggregate in job.aggregates}
    with suppress(TallyError):  # the run itself went well
        yield from orphan_lines(registry(project.root, project.settings).read().of(project.name), planned)


def _accounts(opened: Opened, jobs: Collection[str], mode: Mode, began: float) -> Iterator[str]:
    """Yield the sum of each aggregate as of the last checkpoint, or the end, of the run that began at a moment."""
    if not jobs:
        return
    # Loading the driver takes longer than showing the help.
    from tally.cli.account_lines import shown_at_end  # noqa: PLC0415
    from tally.serving.account import read_final  # noqa: PLC0415

    settings = opened.project.settings
    kafka = addresses(opened.project.root, settings).kafka
    try:
        ended = jobs if mode.bounded else ()
        records = read_final(kafka, settings.account.topic, ended, began).records
    except TallyError as error:
        # The run itself went well.
        yield f"accounts cannot be read: {error.message}"
    else:
        yield from shown_at_end(one for one in records if one.job in jobs and one.time >= began)
