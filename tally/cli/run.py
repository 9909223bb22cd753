"""``tally run``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tally.cli.context import debug_option
from tally.cli.planned import FILES, Opened, open_project, plan
from tally.datasets import DATASETS
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.planning.job import Job
    from tally.running.session import RunRequest


@click.command(name="run")
@FILES
@click.option(
    "--bounded", is_flag=True, help="Read to the topics' present end, close the windows and finish."
)
@click.option(
    "--fresh", is_flag=True, help="Clear what the jobs serve and count from the beginning of the topics."
)
@click.option("--yes", is_flag=True, help="Do not ask before --fresh clears something.")
@debug_option
def command(files: tuple[Path, ...], bounded: bool, fresh: bool, yes: bool) -> None:
    r"""Run jobs in a mini-cluster on this machine until Ctrl-C: all of the project, or the FILEs.

    A job goes on from its last checkpoint, while its plan is the one that the checkpoint belongs to.

    \b
    Example:
      tally run
      tally run sql/aggregates/active_users.sql
      tally run --bounded
    """
    if bounded and fresh:
        raise click.UsageError("--bounded always reads from the beginning; --fresh is for continuous runs")
    from tally.cli.live import live  # noqa: PLC0415
    from tally.running.session import run  # noqa: PLC0415

    opened = open_project()
    click.echo("planning ...", err=True)
    jobs = plan(opened, files)
    if fresh:
        announce_fresh(jobs, yes)
    with live() as show:
        progress = run(jobs, request_of(opened, bounded=bounded, fresh=fresh), show)
    late = sum(one.late for one in progress)
    if late:
        click.echo(f"{late} late rows were dropped by windows", err=True)


def request_of(opened: Opened, *, bounded: bool, fresh: bool) -> RunRequest:
    """Return how to run the project's jobs on the servers that its settings name or the stack runs.

    Raises:
        KafkaUnreachable, CassandraUnreachable: no address is known.
    """
    from tally.running.connections import Target  # noqa: PLC0415
    from tally.running.session import RunRequest  # noqa: PLC0415
    from tally.serving.errors import CassandraUnreachable, KafkaUnreachable  # noqa: PLC0415

    project = opened.project
    where = addresses(project.root, project.settings)
    if where.kafka is None:
        raise KafkaUnreachable(None)
    if where.cassandra is None:
        raise CassandraUnreachable(None)
    return RunRequest(
        root=project.root,
        settings=project.settings,
        options=opened.options,
        target=Target(where.kafka, where.cassandra, project.settings.cassandra, bounded),
        fresh=fresh,
        feeds={dataset.topic: dataset.name for dataset in DATASETS.values()},
        logs=opened.logs,
    )


def announce_fresh(jobs: Sequence[Job], yes: bool) -> None:
    """Say what --fresh clears, and ask, unless ``yes``, whether to go on."""
    click.echo("--fresh clears:")
    for job in jobs:
        for aggregate in job.aggregates:
            if aggregate.cassandra:
                click.echo(f"  table {aggregate.cassandra.table} (emptied)")
            if aggregate.kafka:
                click.echo(f"  topic {aggregate.kafka.topic} (a tombstone for each key)")
    if not yes:
        click.confirm("go on?", abort=True)
