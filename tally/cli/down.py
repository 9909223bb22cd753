"""``tally down``."""

from __future__ import annotations

import click

from tally.cli.context import debug_option, project
from tally.cli.stack_view import show_progress
from tally.stack import Stack


@click.command(name="down")
@click.option(
    "--wipe", is_flag=True, help="Remove their data too: topics, tables, the cluster's checkpoints."
)
@debug_option
def command(wipe: bool) -> None:
    r"""Stop the servers that `tally up` started. Their data and ports stay for the next `tally up`.

    \b
    Example:
      tally down
      tally down --wipe
    """
    root, settings = project()
    stopped = Stack(root, settings).down(wipe=wipe, on_progress=show_progress)
    if not stopped:
        click.echo("nothing was running")
    if wipe:
        click.echo(f"removed {root / '.tally' / 'stack'}")
