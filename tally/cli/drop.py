"""``tally drop``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from tally.cli.context import debug_option, project
from tally.cli.registry import registry
from tally.settings import project_name
from tally.stack import addresses

if TYPE_CHECKING:
    from tally.serving.served import Served


@click.command(name="drop")
@click.argument("name", metavar="AGGREGATE")
@click.option("--yes", is_flag=True, help="Do not ask.")
@debug_option
def command(name: str, yes: bool) -> None:
    r"""Remove what an aggregate serves, its table and its topic, after saying what that is.

    What it serves is read from the registry: its file may be gone. It is refused while a job keeps the aggregate up.
    The job's checkpoint does not belong to what comes after: only a fresh run fills them again.

    \b
    Example:
      tally drop active_users
      tally drop active_users --yes
    """
    # Loading the drivers takes longer than showing the help.
    from tally.running.dropping import Dropping  # noqa: PLC0415
    from tally.serving.served import Servers, find_served  # noqa: PLC0415

    root, settings = project()
    at = addresses(root, settings)
    servers = Servers(at.cassandra, at.kafka, settings)
    dropping = Dropping(root, registry(root, settings), servers, at.flink)
    entry = dropping.find(project_name(root), name)
    found = list(_described(find_served(entry, servers))) if entry.is_served else []
    if entry.is_served and found:
        click.echo(f"aggregate '{name}' serves")
        for line in found:
            click.echo(f"  {line}")
        if not yes:
            click.confirm("remove all of it?", abort=True)
    if entry.is_served:
        dropping.drop(entry)
    if not found:
        click.echo(f"aggregate '{name}' serves nothing")
        return
    file = entry.aggregate.span.file
    # `tally run --fresh` without a file would empty all others too.
    click.echo(
        f"removed; `tally run --fresh {file}` fills it again" if (root / file).is_file() else "removed"
    )


def _described(served: Served) -> Iterator[str]:
    """Yield one line for each thing that is there."""
    from tally.serving.served import MOST_ROWS  # noqa: PLC0415

    if served.table:
        rows = f"more than {MOST_ROWS:,}" if served.rows > MOST_ROWS else f"{served.rows:,}"
        yield f"table {served.table}: {rows} {'row' if served.rows == 1 else 'rows'}"
    if served.topic:
        yield f"topic {served.topic}: {served.records:,} {'record' if served.records == 1 else 'records'}"
