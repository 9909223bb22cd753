"""What two aggregates must not share: a serving table, a topic, the name of their job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tally.errors import ProjectError, Span
from tally.planning.errors import SharedPlace
from tally.planning.job import Aggregate, Job


def judge_places(jobs: Iterable[Job]) -> list[ProjectError]:
    """Return an error for each place that is written twice, or written and read by one project."""
    jobs = tuple(jobs)
    taken: dict[tuple[str, str], tuple[str, Span]] = {}
    mistakes: list[ProjectError] = []
    for kind, place, owner, span in _places(jobs):
        known = taken.setdefault((kind, place), (owner, span))
        if known != (owner, span):
            mistakes.append(SharedPlace(kind, place, owner, known, span))
    return mistakes


def _places(jobs: tuple[Job, ...]) -> Iterator[tuple[str, str, str, Span]]:
    for job in jobs:
        yield "job name", job.name, job.file, Span(job.file, 1, 1)
    for source in {source.name: source for job in jobs for source in job.sources if source.topic}.values():
        if not _is_shared_source(source.topic, jobs):
            yield "topic", source.topic, source.name, source.span
    for aggregate in (aggregate for job in jobs for aggregate in job.aggregates):
        yield from _written(aggregate)


def _is_shared_source(topic: str, jobs: tuple[Job, ...]) -> bool:
    """Whether several source tables read the topic, which they may."""
    return len({source.name for job in jobs for source in job.sources if source.topic == topic}) > 1


def _written(aggregate: Aggregate) -> Iterator[tuple[str, str, str, Span]]:
    if aggregate.cassandra:
        yield "Cassandra table", aggregate.cassandra.table, aggregate.name, aggregate.span
    if aggregate.kafka:
        yield "topic", aggregate.kafka.topic, aggregate.name, aggregate.span
