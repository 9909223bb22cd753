"""``tally feed``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from tally.cli.context import debug_option, project
from tally.datasets import DATASETS, Dataset, dataset
from tally.datasets.feeding import FeedOptions, feed
from tally.stack import addresses


@click.command(name="feed", epilog=f"Data sets: {', '.join(DATASETS)}.")
@click.argument("name", metavar="DATASET")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), help="Records a second.  [default: all at once]"
)
@click.option(
    "--speedup",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds of event time that pass in a second.  [default: all at once]",
)
@click.option("--limit", type=click.IntRange(min=1), help="Feed the first so many records.  [default: all]")
@debug_option
def command(name: str, rate: float | None, speedup: float | None, limit: int | None) -> None:
    r"""Produce a data set to its topic, which is created when missing.

    Records come in the order of their events and bear the time of feeding, also with --speedup. With both
    --rate and --speedup a record waits for the later of the two. Returns when the broker has acknowledged all
    of them.

    \b
    Example:
      tally feed sessions
      tally feed flights --rate 500 --speedup 3600
      tally feed purchases --rate 100 --limit 1000
    """
    chosen = dataset(name)
    root, settings = project()
    options = FeedOptions(rate, speedup, limit, settings.kafka)
    with progress_bar(chosen, limit) as show:
        result = feed(chosen, addresses(root, settings).kafka, options, show)
    click.echo(f"fed {result.records} records of {chosen.name} to topic {result.topic}")
    if result.before:
        click.echo(f"the topic held {result.before} records before: events may be in it twice", err=True)


@contextmanager
def progress_bar(chosen: Dataset, limit: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error; yields what sets it to a number of records."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn  # noqa: PLC0415

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), "records", TimeElapsedColumn())
    total = chosen.size if limit is None else min(limit, chosen.size)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(f"feed {chosen.name}", total=total)
        yield lambda records: progress.update(task, completed=records)
