"""``tally dead replay``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click

from tally.cli.context import debug_option, project
from tally.cli.dead_shown import passed_over
from tally.cli.dead_wanted import reason_option, selection, since_option
from tally.cli.sources import source_topics
from tally.stack import addresses


@click.command(name="replay")
@click.argument("name", metavar="SOURCE")
@reason_option
@since_option
@click.option("--to", metavar="TOPIC", help="Send them to this topic.  [default: where they came from]")
@debug_option
def command(name: str, reasons: Sequence[str], since: str | None, to: str | None) -> None:
    r"""Send the originals of a source's dead letters again, each once.

    They are sent as they were: key, value, headers, Kafka timestamp. A replay that was interrupted goes on where it
    ended when it is begun again. What was sent to a topic once is not sent to it a second time.

    \b
    Example:
      tally dead replay user_sessions
      tally dead replay user_sessions --reason undecodable --since 2013-07-01T12:00
      tally dead replay user_sessions --to user-sessions-repaired
    """
    wanted = selection(name, reasons, since)
    root, settings = project()
    topics = source_topics(root, name)
    # Loading the driver takes longer than showing the help.
    from tally.serving.replay import ReplayRequest, replay  # noqa: PLC0415

    with _progress_bar(name) as show:
        request = ReplayRequest(topics, wanted, to)
        result = replay(addresses(root, settings).kafka, request, settings.kafka, show)
    click.echo(f"sent {result.sent:,} {'message' if result.sent == 1 else 'messages'} again")
    if result.replayed:
        click.echo(f"not again: {result.replayed:,} that an earlier replay sent to the same topic")
    if result.expired:
        click.echo(f"not sent: {result.expired:,} that are older than the topic keeps messages", err=True)
        click.echo("hint: raise its retention.ms, or send them to another topic with --to", err=True)
    for line in passed_over(result.passed):
        click.echo(line)


@contextmanager
def _progress_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; yields what sets it to a number of dead letters read, of how many."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn  # noqa: PLC0415

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), "records", TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"replay {name}", total=None)
        yield lambda read, total: progress.update(task, completed=read, total=total)
