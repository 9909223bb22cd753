"""``tally up``."""

from __future__ import annotations

import click

from tally.cli.context import debug_option, project
from tally.cli.stack_view import show_progress
from tally.stack import ALL, DEFAULT, Stack


@click.command(name="up")
@click.option("--flink", is_flag=True, help="Start a Flink cluster as well: a job and a task manager.")
@debug_option
def command(flink: bool) -> None:
    r"""Start Kafka and Cassandra on this machine, and return when they answer.

    They go on running until `tally down`. What runs already is left alone.

    \b
    Example:
      tally up
      tally up --flink
    """
    root, settings = project()
    stack = Stack(root, settings)
    statuses = stack.up(ALL if flink else DEFAULT, show_progress)
    for status in statuses:
        click.echo(f"{status.name:<10} {status.address}")
    click.echo(f"logs: {root / '.tally' / 'stack'}/*/logs")
