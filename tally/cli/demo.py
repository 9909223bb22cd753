"""``tally demo``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tally.cli.context import debug_option
from tally.cli.planned import Opened, open_project, plan
from tally.cli.stack_view import show_progress
from tally.datasets import DATASETS, Dataset
from tally.errors import TallyError
from tally.stack import Stack, addresses

if TYPE_CHECKING:
    from cassandra.cluster import Session

    from tally.planning.job import Aggregate, Job
    from tally.recount import Rows
    from tally.running.following import Progress

ROWS_SHOWN = 5


@dataclass(eq=False)
class TopicHoldsOther(TallyError):
    """A topic of a data set that holds another number of records."""

    topic: str
    dataset: str
    found: int
    wanted: int

    @property
    def message(self) -> str:
        """Give both numbers."""
        return f"topic '{self.topic}' holds {self.found} records, data set '{self.dataset}' has {self.wanted}"

    @property
    def hint(self) -> str:
        """Say how to begin with empty topics."""
        return "run `tally down --wipe`, then `tally demo`"


@dataclass(eq=False)
class RecountDiffers(TallyError):
    """What is served is not what the recount of the topics' bytes gives."""

    results: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the results that differ."""
        return f"the recount differs from {', '.join(self.results)}"


@dataclass(eq=False)
class RowsWereLate(TallyError):
    """Windows dropped rows, though the demo's data have none that come late."""

    late: tuple[tuple[str, int], ...]

    @property
    def message(self) -> str:
        """Give the number by aggregate."""
        return f"windows dropped late rows: {', '.join(f'{name}: {count}' for name, count in self.late)}"


@dataclass(eq=False)
class RecordsDied(TallyError):
    """Sources have dead letters, though the demo's data have no record that is no row."""

    letters: tuple[tuple[str, int], ...]

    @property
    def message(self) -> str:
        """Give the number by source."""
        return f"dead letters: {', '.join(f'{source}: {count}' for source, count in self.letters)}"

    @property
    def hint(self) -> str:
        """Say where to look."""
        return f"run `tally dead {self.letters[0][0]}`"


@click.command(name="demo")
@debug_option
def command() -> None:
    r"""Start the stack, feed real data, run every job to the end, and recount all results independently.

    \b
    Example:
      tally demo
    """
    began = time.monotonic()
    opened = open_project(runs=True)
    project = opened.project
    _say("starting Kafka and Cassandra")
    Stack(project.root, project.settings).up(on_progress=show_progress)
    _feed_missing(opened)
    _say("planning")
    jobs = plan(opened, ())
    progress = _run(opened, jobs)
    _show(opened, jobs)
    _verify(opened, jobs)
    if late := tuple((one.aggregate, one.late) for one in progress if one.late):
        raise RowsWereLate(late)
    if dead := _dead_letters(opened, jobs):
        raise RecordsDied(dead)
    click.echo(
        f"late rows and dead letters: 0 of {sum(one.rows_in for one in progress)} rows read by the jobs"
    )
    _say(f"done in {time.monotonic() - began:.0f} s; `tally query` reads on, `tally down` stops the servers")


def _say(text: str) -> None:
    click.echo(f"== {text}", err=True)


def _feed_missing(opened: Opened) -> None:
    for dataset in DATASETS.values():
        _feed_if_missing(opened, dataset)


def _feed_if_missing(opened: Opened, dataset: Dataset) -> None:
    from tally.cli.feed import progress_bar  # noqa: PLC0415
    from tally.datasets.feeding import FeedOptions, fed_records, feed  # noqa: PLC0415

    settings = opened.project.settings
    kafka = addresses(opened.project.root, settings).kafka
    held = fed_records(dataset, kafka) or 0
    if held == dataset.size:
        _say(f"topic {dataset.topic} holds the {held} records of {dataset.name} already")
        return
    if held:
        raise TopicHoldsOther(dataset.topic, dataset.name, held, dataset.size)
    _say(f"feeding {dataset.name}")
    with progress_bar(dataset) as show:
        feed(dataset, kafka, FeedOptions(topic=settings.kafka), show)


def _run(opened: Opened, jobs: Sequence[Job]) -> Sequence[Progress]:
    from tally.cli.live import live  # noqa: PLC0415
    from tally.cli.mode import Mode, request_of  # noqa: PLC0415
    from tally.running.session import run  # noqa: PLC0415

    _say(f"running {len(jobs)} jobs to the topics' present end")
    with live() as show:
        return run(jobs, request_of(opened, Mode(bounded=True)), show)


def _aggregates(jobs: Sequence[Job]) -> Iterator[Aggregate]:
    for job in jobs:
        yield from job.aggregates


def _show(opened: Opened, jobs: Sequence[Job]) -> None:
    from tally.cli.query import print_rows  # noqa: PLC0415
    from tally.serving.reading import read  # noqa: PLC0415
    from tally.serving.requests import ReadRequest  # noqa: PLC0415

    keyspace = opened.project.settings.cassandra.keyspace
    with _cassandra(opened) as session:
        for aggregate in _aggregates(jobs):
            click.echo(f"\n{aggregate.name}: {aggregate.comment}")
            print_rows(read(session, aggregate, ReadRequest(limit=ROWS_SHOWN), keyspace))


def _cassandra(opened: Opened) -> Session:
    from tally.serving.cassandra import connect  # noqa: PLC0415

    settings = opened.project.settings
    return connect(addresses(opened.project.root, settings).cassandra, settings.cassandra)


def _verify(opened: Opened, jobs: Sequence[Job]) -> None:
    from tally.recount import expected, recount, recounted  # noqa: PLC0415

    _say("recounting everything from the topics' raw bytes")
    kafka = str(addresses(opened.project.root, opened.project.settings).kafka)
    database = recount(kafka)
    wrong = []
    with _cassandra(opened) as session:
        for aggregate in _aggregates(jobs):
            if aggregate.name not in recounted():
                click.echo(f"not verified: {aggregate.name} (the recount does not know it)")
                continue
            rows = expected(database, aggregate.name)
            for place, served in _served(opened, session, aggregate, kafka):
                wrong += compared(aggregate, place, (rows, served))
    database.close()
    if wrong:
        raise RecountDiffers(tuple(wrong))


def _dead_letters(opened: Opened, jobs: Sequence[Job]) -> tuple[tuple[str, int], ...]:
    """Return (source, number) of each source with dead letters."""
    from tally.serving.dead_selection import Selection  # noqa: PLC0415
    from tally.serving.dead_summary import summarize  # noqa: PLC0415

    kafka = str(addresses(opened.project.root, opened.project.settings).kafka)
    sources = {source.name: source.topics for job in jobs for source in job.sources if source.is_routed}
    found = ((name, summarize(kafka, topics, Selection(name), 0).letters) for name, topics in sources.items())
    return tuple((name, letters) for name, letters in found if letters)


def _served(opened: Opened, session: Session, aggregate: Aggregate, kafka: str) -> Iterator[tuple[str, Rows]]:
    from tally.recount import served_cassandra, served_kafka  # noqa: PLC0415

    if aggregate.cassandra:
        keyspace = opened.project.settings.cassandra.keyspace
        yield "Cassandra", served_cassandra(session, aggregate, keyspace)
    if aggregate.kafka:
        yield f"topic {aggregate.kafka.topic}", served_kafka(kafka, aggregate)


def compared(aggregate: Aggregate, place: str, rows: tuple[Rows, Rows]) -> list[str]:
    """Print how served rows compare with the recount, and return the name of the result where they differ.

    Args:
        aggregate: whose rows they are.
        place: where they are served, in words.
        rows: of the recount, and served.
    """
    from tally.recount import compare  # noqa: PLC0415

    difference = compare(*rows, aggregate.key)
    verdict = "DIFFERS" if difference else "verified"
    click.echo(
        f"{verdict}: {difference.matching} of {difference.expected} rows of {aggregate.name} in {place}"
    )
    for line in difference.lines():
        click.echo(f"  {line}")
    return [f"{aggregate.name} in {place}"] if difference else []
