"""``tally jars``, which the Makefile calls: fetch and check the third-party jars."""

from __future__ import annotations

import click

from tally.cli.context import debug_option
from tally.stack.bundled import bundle
from tally.stack.jars import ensure_jars, pin


@click.command(name="jars", hidden=True)
@click.option("--pin", "write", is_flag=True, help="Write the checksums anew, after a change of the list.")
@debug_option
def command(write: bool) -> None:
    r"""Fetch the third-party jars where they are missing, and hold each to its pinned checksum.

    \b
    Example:
      tally jars
    """
    if write:
        pin(bundle())
    click.echo(f"{len(ensure_jars())} jars as pinned in {bundle().lib}")
