"""``tally explain``."""

from __future__ import annotations

from pathlib import Path

import click

from tally.cli.context import debug_option
from tally.cli.explained import explain
from tally.cli.planned import FILES, open_project, plan


@click.command(name="explain")
@FILES
@debug_option
def command(files: tuple[Path, ...]) -> None:
    r"""Show what `tally run` would run: sources, keys, Cassandra tables, topics and Flink's plan.

    Starts no broker, no Cassandra and no job. Without FILEs it shows all jobs of the project.

    \b
    Example:
      tally explain
      tally explain sql/aggregates/active_users.sql
    """
    opened = open_project()
    keyspace = opened.project.settings.cassandra.keyspace
    click.echo("\n".join(explain(job, keyspace) for job in plan(opened, files)), nl=False)
