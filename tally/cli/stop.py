"""``tally stop``."""

from __future__ import annotations

import click

from tally.cli.cluster import cluster
from tally.cli.context import debug_option


@click.command(name="stop")
@click.argument("job", metavar="JOB")
@debug_option
def command(job: str) -> None:
    r"""Stop a job of the Flink cluster with a savepoint, which its next `tally submit` goes on from.

    JOB is the job's name, or its id. A bounded job is cancelled: it always starts from the beginning.

    \b
    Example:
      tally stop active_users
    """
    from tally.running.cluster import stop  # noqa: PLC0415

    savepoint = stop(cluster(), job)
    click.echo(f"stopped {job}: {f'savepoint {savepoint}' if savepoint else 'cancelled, without savepoint'}")
