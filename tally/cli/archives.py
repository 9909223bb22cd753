"""``tally archives``, which the Makefile calls: keep what the servers and Flink load at their start."""

from __future__ import annotations

import click

from tally.cli.context import debug_option
from tally.cli.training import make_flink_archive
from tally.settings import Settings
from tally.stack.archives import make_archives
from tally.stack.bundled import bundle
from tally.stack.java import find_java
from tally.stack.services import service_of


@click.command(name="archives", hidden=True)
@debug_option
def command() -> None:
    r"""Start Kafka, Cassandra and a small Flink job once, to keep their loaded classes, where that was not done.

    Later starts take half the time.

    \b
    Example:
      tally archives
    """
    services = [service_of(name, bundle().lib, Settings()) for name in ("kafka", "cassandra")]
    make_archives(services, find_java())
    make_flink_archive()
