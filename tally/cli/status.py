"""``tally status``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from tally.cli.context import debug_option, project
from tally.cli.registry import gone_lines, registry
from tally.cli.stack_view import as_json, as_table, trouble
from tally.errors import TallyError
from tally.settings import Settings, project_name
from tally.stack import Health, Stack, addresses


@click.command(name="status")
@click.option("--json", "as_json_", is_flag=True, help="Print JSON, one object a service.")
@debug_option
def command(as_json_: bool) -> None:
    r"""Show each server: address, process, health, size of its data; below them the account of each job.

    An aggregate that is still served though its file is gone is listed as well.

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
    ready = any(one.name == "kafka" and one.health is Health.READY for one in statuses)
    if ready or settings.kafka.bootstrap_servers:
        for line in (*_accounts(root, settings), *_gone(root, settings)):
            click.echo(line)


def _gone(root: Path, settings: Settings) -> Iterator[str]:
    """Yield a line for each aggregate that is served and whose file is gone."""
    try:
        yield from gone_lines(root, registry(root, settings).read().of(project_name(root)))
    except TallyError as error:
        yield error.message


def _accounts(root: Path, settings: Settings) -> Iterator[str]:
    """Yield a line for each job that has an account."""
    # Loading the driver takes longer than the table needs in all.
    from tally.cli.account_lines import status_lines  # noqa: PLC0415
    from tally.serving.account import read_accounts  # noqa: PLC0415

    try:
        accounts = read_accounts(addresses(root, settings).kafka, settings.account.topic)
    except TallyError as error:
        yield f"accounts cannot be read: {error.message}"
        return
    yield from status_lines(accounts.records)
    yield from (error.message for error in accounts.unreadable)
