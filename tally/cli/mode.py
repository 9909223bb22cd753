"""How `tally run` and `tally submit` are asked to run jobs: their options, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tally.cli.planned import Opened
from tally.datasets import DATASETS
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.planning.job import Job
    from tally.running.session import RunRequest

Command = TypeVar("Command", bound=Any)

bounded_option = click.option(
    "--bounded", is_flag=True, help="Read to the topics' present end, close the windows and finish."
)
_fresh_option = click.option(
    "--fresh", is_flag=True, help="Clear what the jobs serve and count from the beginning of the topics."
)
_yes_option = click.option("--yes", is_flag=True, help="Do not ask before --fresh clears something.")


@dataclass(frozen=True)
class Mode:
    """How far jobs read, and from where: the options of the command.

    Attributes:
        bounded: to the topics' present end, always from their beginning.
        fresh: from the beginning of the topics, after clearing what is served.
        yes: without asking.
    """

    bounded: bool
    fresh: bool = False
    yes: bool = False

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            click.UsageError: both --bounded and --fresh.
        """
        if self.bounded and self.fresh:
            raise click.UsageError(
                "--bounded always reads from the beginning; --fresh is for continuous runs"
            )


def mode_options(command: Command) -> Command:
    """Add --bounded, --fresh and --yes, the arguments of ``Mode``."""
    return bounded_option(_fresh_option(_yes_option(command)))


def request_of(opened: Opened, mode: Mode) -> RunRequest:
    """Return how to run the project's jobs on the servers that its settings name or the stack runs."""
    from tally.running.connections import Target  # noqa: PLC0415
    from tally.running.session import RunRequest  # noqa: PLC0415

    project = opened.project
    where = addresses(project.root, project.settings)
    return RunRequest(
        root=project.root,
        settings=project.settings,
        options=opened.options,
        target=Target(
            where.kafka,
            where.cassandra,
            project.settings.cassandra,
            mode.bounded,
            project.settings.account.topic,
        ),
        fresh=mode.fresh,
        feeds={dataset.topic: dataset.name for dataset in DATASETS.values()},
        logs=opened.logs,
        cluster=where.flink,
    )


def announce(jobs: Sequence[Job], mode: Mode) -> None:
    """Say what --fresh clears, and ask, unless ``--yes``, whether to go on.

    Raises:
        click.Abort: the answer is no.
    """
    if not mode.fresh:
        return
    click.echo("--fresh clears:")
    for job in jobs:
        for aggregate in job.aggregates:
            if aggregate.cassandra:
                click.echo(f"  table {aggregate.cassandra.table} (emptied)")
            if aggregate.kafka:
                click.echo(f"  topic {aggregate.kafka.topic} (a tombstone for each key)")
    if not mode.yes:
        click.confirm("go on?", abort=True)
