"""``tally run``."""

from __future__ import annotations

from pathlib import Path

import click

from tally.cli.context import debug_option
from tally.cli.mode import Mode, announce, mode_options, request_of
from tally.cli.planned import FILES, open_project, plan


@click.command(name="run")
@FILES
@mode_options
@debug_option
def command(files: tuple[Path, ...], **options: bool) -> None:
    r"""Run jobs in a mini-cluster on this machine until Ctrl-C: all of the project, or the FILEs.

    A job goes on from its last checkpoint, while its plan is the one that the checkpoint belongs to.

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
    jobs = plan(opened, files)
    announce(jobs, mode)
    with live() as show:
        progress = run(jobs, request_of(opened, mode), show)
    late = sum(one.late for one in progress)
    if late:
        click.echo(f"{late} late rows were not counted; `tally dead SOURCE --late` shows them", err=True)
