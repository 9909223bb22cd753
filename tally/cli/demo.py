"""``tally demo``."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from tally.cli.context import debug_option
from tally.cli.demo_letters import SetAside
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
    kafka = str(addresses(project.root, project.settings).kafka)
    set_aside = SetAside.before(kafka, jobs)
    started = time.time() * 1000
    progress = _run(opened, jobs)
    _show(opened, jobs)
    wrong = _accounted(opened, jobs, started)
    wrong += _verify(opened, jobs, set_aside, {one.aggregate: one.late for one in progress})
    if wrong:
        raise RecountDiffers(tuple(wrong))
    _say(f"done in {time.monotonic() - began:.0f} s; `tally query` reads on, `tally down` stops the servers")


def _say(text: str) -> None:
    click.echo(f"== {text}", err=True)


def _feed_missing(opened: Opened) -> None:
    for dataset in DATASETS.values():
        _feed_if_missing(opened, dataset)


def _feed_if_missing(opened: Opened, dataset: Dataset) -> None:
    from tally.datasets.faults import faults_of  # noqa: PLC0415
    from tally.datasets.feeding import fed_records  # noqa: PLC0415

    faults = faults_of(dataset)
    held = fed_records(dataset, addresses(opened.project.root, opened.project.settings).kafka) or 0
    if held == dataset.size + faults.size:
        _say(f"topic {dataset.topic} holds the {held} records of {dataset.name} and its faults already")
        return
    if held not in (0, dataset.size):
        raise TopicHoldsOther(dataset.topic, dataset.name, held, dataset.size)
    for missing in (faults,) if held else (dataset, faults):
        _say(f"feeding {missing.name}")
        _feed(opened, missing)


def _feed(opened: Opened, dataset: Dataset) -> None:
    from tally.cli.feed import progress_bar  # noqa: PLC0415
    from tally.datasets.feeding import FeedOptions, feed  # noqa: PLC0415

    settings = opened.project.settings
    with progress_bar(dataset) as show:
        feed(dataset, addresses(opened.project.root, settings).kafka, FeedOptions(topic=settings.kafka), show)


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


def _accounted(opened: Opened, jobs: Sequence[Job], started: float) -> list[str]:
    from tally.cli.demo_accounts import accounted  # noqa: PLC0415
    from tally.serving.account import read_final  # noqa: PLC0415

    _say("summing up what became of every record")
    settings = opened.project.settings
    kafka = addresses(opened.project.root, settings).kafka
    names = [job.name for job in jobs]
    records = read_final(kafka, settings.account.topic, names, started).records
    return accounted(records, names, started)


def _verify(opened: Opened, jobs: Sequence[Job], set_aside: SetAside, said: Mapping[str, int]) -> list[str]:
    from tally.recount import TOPICS, expected, recount, recounted  # noqa: PLC0415

    _say("recounting everything from the topics' raw bytes")
    kafka = set_aside.kafka
    late = set_aside.late()
    database = recount(kafka, TOPICS, late)
    wrong = set_aside.verified(database, late, said)
    with _cassandra(opened) as session:
        for aggregate in _aggregates(jobs):
            if aggregate.name not in recounted():
                click.echo(f"not verified: {aggregate.name} (the recount does not know it)")
                continue
            rows = expected(database, aggregate.name)
            for place, served in _served(opened, session, aggregate, kafka):
                wrong += compared(aggregate, place, (rows, served))
    database.close()
    return wrong


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
