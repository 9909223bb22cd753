"""What must be there before a job starts: source topics, serving tables, upsert topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tally.planning.clocked import clocked
from tally.planning.job import Aggregate, Job
from tally.running.connections import Target, connected_plan
from tally.running.errors import WaitsForClock
from tally.running.guards import guards_of
from tally.serving.cassandra import clear, connect, ensure_keyspace, ensure_write_ceiling
from tally.serving.schema import ensure_tables
from tally.serving.tables import ServingTable, serving_table
from tally.serving.tombstones import write_tombstones
from tally.serving.topics import (
    dead_topic,
    ensure_account_topic,
    ensure_compacted,
    ensure_letter_topics,
    existing_topics,
    require_compacted,
    require_topics,
)
from tally.settings import Settings


def aggregates_of(jobs: Iterable[Job]) -> tuple[Aggregate, ...]:
    """Return the aggregates of all jobs."""
    return tuple(aggregate for job in jobs for aggregate in job.aggregates)


def serving_tables(jobs: Iterable[Job], keyspace: str) -> tuple[ServingTable, ...]:
    """Return the Cassandra tables of all jobs."""
    return tuple(serving_table(a, keyspace) for a in aggregates_of(jobs) if a.cassandra)


def upsert_topics(jobs: Iterable[Job]) -> tuple[str, ...]:
    """Return the Kafka topics that all jobs keep."""
    return tuple(a.kafka.topic for a in aggregates_of(jobs) if a.kafka)


def record_sizes(jobs: Iterable[Job]) -> dict[str, int]:
    """Return the largest record of each topic whose aggregate says one."""
    sinks = (aggregate.kafka for aggregate in aggregates_of(jobs) if aggregate.kafka)
    return {sink.topic: sink.max_record_bytes for sink in sinks if sink.max_record_bytes}


def letter_topics(jobs: Iterable[Job]) -> dict[str, str]:
    """Return the topics of dead letters and late rows, each with its source topic.

    A source over a topic pattern names none.
    """
    found: dict[str, str] = {}
    for job in jobs:
        gated = {gate.source for gate in job.gates}
        for source in (source for source in job.sources if source.is_routed and source.topics):
            found |= {dead_topic(topic): topic for topic in source.topics}
            if source.name in gated:
                found[source.late_topic] = source.topics[0]
    return found


def refuse_waiting(jobs: Iterable[Job]) -> None:
    """Refuse a bounded run of results that wait for the clock; raises WaitsForClock of the first."""
    for job in jobs:
        for name, aggregate, what in clocked(job):
            raise WaitsForClock(name, what, job.file, aggregate.span if aggregate else None)


def refused_topics(jobs: Iterable[Job], target: Target) -> dict[str, str | None]:
    """Return the topics of refused rows, which have no source topic."""
    return {guard.aggregate.refused_topic: None for job in jobs for guard in guards_of(job, target)}


def prepare(jobs: Sequence[Job], target: Target, settings: Settings, feeds: Mapping[str, str]) -> None:
    """Check what the jobs read and create what they write.

    Args:
        jobs: that are to start.
        target: where they read and write.
        settings: for what is created.
        feeds: data set by topic, for the hint of a topic that is missing.

    Raises:
        WaitsForClock, TopicMissing, TopicNotCompacted, TableDiffers, KafkaUnreachable, CassandraUnreachable: nothing
            was created then.
    """
    if target.bounded:
        refuse_waiting(jobs)
    for job in jobs:
        connected_plan(job, target)  # refuses a table without an address
    require_topics(target.kafka, [source for job in jobs for source in job.sources if source.topic], feeds)
    topics = upsert_topics(jobs)
    accounts = (target.accounts,) if any(job.accounts for job in jobs) else ()
    if topics or accounts:
        require_compacted(target.kafka, [*topics, *accounts])
    if tables := serving_tables(jobs, settings.cassandra.keyspace):
        with connect(target.cassandra, settings.cassandra) as session:
            ensure_keyspace(session, settings.cassandra)
            ensure_tables(session, tables)
            ensure_write_ceiling(session, settings.cassandra)
    if topics:
        ensure_compacted(target.kafka, topics, settings.kafka, record_sizes(jobs))
    for topic in accounts:
        ensure_account_topic(target.kafka, topic, settings.kafka)
    if letters := {**letter_topics(jobs), **refused_topics(jobs, target)}:
        ensure_letter_topics(target.kafka, letters, settings.kafka)


def empty(jobs: Sequence[Job], target: Target, settings: Settings) -> None:
    """Remove every row that the jobs serve: tables are truncated, keys of topics get a tombstone."""
    if tables := serving_tables(jobs, settings.cassandra.keyspace):
        with connect(target.cassandra, settings.cassandra) as session:
            clear(session, tables)
    for topic in existing_topics(target.kafka, upsert_topics(jobs)):
        write_tombstones(str(target.kafka), topic)
