"""``tally script``, not shown: what ``jobs/sql.py`` runs inside Flink's client."""

from __future__ import annotations

from pathlib import Path

import click

from tally.cli.context import debug_option
from tally.cli.mode import Mode, bounded_option, request_of
from tally.cli.planned import open_project, plan
from tally.cli.submit import JOB_FILES


@click.command(name="script")
@JOB_FILES
@bounded_option
@debug_option
def command(files: tuple[Path, ...], bounded: bool) -> None:
    """Start jobs on the cluster that Flink's client chose; see jobs/sql.py."""
    from tally.running.client import require_client, start_all  # noqa: PLC0415
    from tally.running.shipping import ship_code  # noqa: PLC0415

    require_client()
    opened = open_project()
    if opened.project.udfs:
        ship_code(opened.project.udfs)
    jobs = plan(opened, files)
    for job, id_ in start_all(jobs, request_of(opened, Mode(bounded))):
        click.echo(f"{job.name} {id_}")
