"""``tally submit``."""

from __future__ import annotations

from pathlib import Path

import click

from tally.cli.cluster import cluster
from tally.cli.context import debug_option
from tally.cli.mode import Mode, announce, mode_options, request_of
from tally.cli.planned import open_project, plan

JOB_FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)


@click.command(name="submit")
@JOB_FILES
@mode_options
@debug_option
def command(files: tuple[Path, ...], **options: bool) -> None:
    r"""Run jobs on a Flink cluster: the one of [tool.tally.flink], else that of `tally up --flink`.

    Returns when the cluster has accepted them, and prints their names and ids. The connectors go along where the
    cluster has none, and so does udfs/. A job goes on from its last checkpoint or savepoint, while its plan is the
    one that it belongs to.

    \b
    Example:
      tally submit sql/aggregates/active_users.sql
      tally submit --fresh sql/aggregates/*.sql jobs/busiest_airports.py
    """
    mode = Mode(**options)
    rest = cluster()
    # Whether it answers is known long before the jobs are planned.
    rest.jobs()
    opened = open_project()
    from tally.running.shipping import Cargo, ship_code  # noqa: PLC0415
    from tally.running.submission import Submission  # noqa: PLC0415

    if opened.project.udfs:
        ship_code(opened.project.udfs)
    jobs = plan(opened, files)
    announce(jobs, mode)
    request = request_of(opened, mode)
    cargo = Cargo(opened.jars, opened.project.udfs)
    Submission(rest, request, cargo).submit(jobs, lambda job, id_: click.echo(f"{job.name} {id_}"))
