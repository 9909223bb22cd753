"""``tally drop``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tally.cli.catalog import aggregate_named
from tally.cli.context import debug_option, project
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.serving.served import Served


@click.command(name="drop")
@click.argument("name", metavar="AGGREGATE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@debug_option
def command(name: str, yes: bool) -> None:
    r"""Remove what an aggregate serves, its table and its topic, after saying what that is.

    Stop its job before. The job's checkpoint does not know of it: only a fresh run fills them again.

    \b
    Example:
      tally drop active_users
      tally drop active_users --yes
    """
    # Loading the drivers takes longer than showing the help.
    from tally.serving.served import Servers, drop_served, find_served  # noqa: PLC0415

    root, settings = project()
    aggregate = aggregate_named(root, name)
    at = addresses(root, settings)
    servers = Servers(at.cassandra, at.kafka, settings)
    found = list(_described(find_served(aggregate, servers)))
    if not found:
        click.echo(f"aggregate '{name}' serves nothing")
        return
    click.echo(f"aggregate '{name}' serves")
    for line in found:
        click.echo(f"  {line}")
    if not yes:
        click.confirm("remove all of it?", abort=True)
    drop_served(aggregate, servers)
    click.echo("removed; `tally run --fresh` fills it again")


def _described(served: Served) -> Iterator[str]:
    """Yield one line for each thing that is there."""
    from tally.serving.served import MOST_ROWS  # noqa: PLC0415

    if served.table:
        rows = f"more than {MOST_ROWS:,}" if served.rows > MOST_ROWS else f"{served.rows:,}"
        yield f"table {served.table}: {rows} {'row' if served.rows == 1 else 'rows'}"
    if served.topic:
        yield f"topic {served.topic}: {served.records:,} {'record' if served.records == 1 else 'records'}"
