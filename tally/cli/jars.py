"""``tally jars``, which the Makefile calls: fetch and check the third-party jars."""

from __future__ import annotations

import click

from tally.cli.context import debug_option
from tally.cli.training import make_flink_archive
from tally.settings import Settings
from tally.stack.archives import make_archives
from tally.stack.bundled import bundle
from tally.stack.jars import ensure_jars, pin
from tally.stack.java import find_java
from tally.stack.services import service_of


@click.command(name="jars", hidden=True)
@click.option("--pin", "write", is_flag=True, help="Write the checksums anew, after a change of the list.")
@debug_option
def command(write: bool) -> None:
    r"""Fetch the third-party jars where they are missing, and hold each to its pinned checksum.

    Then start Kafka, Cassandra and a small Flink job once, to keep their loaded classes: later starts take half the
    time.

    \b
    Example:
      tally jars
    """
    if write:
        pin(bundle())
    click.echo(f"{len(ensure_jars())} jars as pinned in {bundle().lib}")
    services = [service_of(name, bundle().lib, Settings()) for name in ("kafka", "cassandra")]
    make_archives(services, find_java())
    if not write:
        make_flink_archive()
