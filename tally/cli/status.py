"""``tally status``."""

from __future__ import annotations

import json

import click

from tally.cli.context import debug_option, project
from tally.cli.stack_view import as_json, as_table, trouble
from tally.stack import Stack


@click.command(name="status")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON, one object a service.")
@debug_option
def command(as_json_: bool) -> None:
    r"""Show each server: address, process, health, size of its data.

    \b
    Example:
      tally status
      tally status --json
    """
    root, settings = project()
    statuses = Stack(root, settings).status()
    if as_json_:
        click.echo(json.dumps([as_json(status) for status in statuses], indent=2))
        return
    # Loading the tables takes longer than the JSON needs in all.
    from rich.console import Console  # noqa: PLC0415

    Console().print(as_table(statuses))
    for line in trouble(statuses):
        click.echo(line)
