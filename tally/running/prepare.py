"""What must be there before a job starts: source topics, serving tables, upsert topics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cassandra.cluster import Session

from tally.errors import Span
from tally.planning.clocked import clocked
from tally.planning.job import Aggregate, Job
from tally.planning.sinks import UNSET
from tally.running.connections import BOOTSTRAP, Target, connected_plan
from tally.running.errors import WaitsForClock
from tally.running.guards import guards_of
from tally.running.registration import Ids, Registration
from tally.serving.cassandra import clear, connect, ensure_keyspace, ensure_write_ceiling, table_ids
from tally.serving.schema import ensure_tables, missing_tables
from tally.serving.stale import Before, raise_ceiling, topic_ends
from tally.serving.tables import ServingTable, serving_table
from tally.serving.tombstones import write_tombstones
from tally.serving.topics import (
    dead_topic,
    ensure_account_topic,
    ensure_compacted,
    ensure_letter_topics,
    existing_topics,
    require_compacted,
    require_targets,
    require_topics,
    topic_ids,
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


def target_topics(job: Job) -> dict[str, str]:
    """Return the topic of each table that a plain INSERT writes to the broker of the settings."""
    return {
        table.name: table.options["topic"]
        for table in job.plan.tables("sink")
        if table.name in job.tables and table.options.get(BOOTSTRAP) == UNSET and "topic" in table.options
    }


@dataclass(frozen=True)
class Servers:
    """What jobs are prepared with.

    Attributes:
        target: where they read and write.
        settings: for what is created.
        feeds: data set by topic, for the hint of a topic that is missing.
    """

    target: Target
    settings: Settings
    feeds: Mapping[str, str]


def prepare(jobs: Sequence[Job], servers: Servers, registration: Registration) -> Before:
    """Check what the jobs read, claim what they write, and create it.

    Args:
        jobs: that are to start.
        servers: to prepare.
        registration: of the jobs, claimed before anything is created and confirmed behind it.

    Returns:
        What was served before, for a bounded run to compare with.

    Raises:
        WaitsForClock, TopicMissing, TopicNotCompacted, TableDiffers, KafkaUnreachable, CassandraUnreachable: nothing
            was created then; nor where ``registration`` refused.
    """
    target, settings = servers.target, servers.settings
    accounts = (target.accounts,) if any(job.accounts for job in jobs) else ()
    _require(jobs, servers, accounts)
    before = Before()
    topics = upsert_topics(jobs)
    known: Mapping[str, str] = topic_ids(target.kafka, topics) if topics else {}
    made: Mapping[str, str] = {}
    if tables := serving_tables(jobs, settings.cassandra.keyspace):
        with connect(target.cassandra, settings.cassandra) as session:
            made = _prepare_tables(
                session, tables, servers, lambda ids: registration.claim(Ids(ids, known)), before
            )
    else:
        registration.claim(Ids({}, known))
    if topics:
        known = _prepare_topics(jobs, known, servers, before)
    registration.confirm(Ids(made, known))
    for topic in accounts:
        ensure_account_topic(target.kafka, topic, settings.kafka)
    if letters := {**letter_topics(jobs), **refused_topics(jobs, target)}:
        ensure_letter_topics(target.kafka, letters, settings.kafka)
    return before


def _require(jobs: Sequence[Job], servers: Servers, accounts: Sequence[str]) -> None:
    """Check all that is read, and the topics that are there."""
    target = servers.target
    if target.bounded:
        refuse_waiting(jobs)
    for job in jobs:
        connected_plan(job, target)  # refuses a table without an address
    _require_topics(jobs, target, servers.feeds)
    if written := [*upsert_topics(jobs), *accounts]:
        require_compacted(target.kafka, written)


def _prepare_topics(
    jobs: Sequence[Job], known: Mapping[str, str], servers: Servers, before: Before
) -> Mapping[str, str]:
    """Create the topics that are missing, and return the ids of all."""
    kafka, topics = servers.target.kafka, upsert_topics(jobs)
    if servers.target.bounded:
        before.ends.update(topic_ends(kafka, list(known)))
    if ensure_compacted(kafka, topics, servers.settings.kafka, record_sizes(jobs)):
        return topic_ids(kafka, topics)
    return known


def _prepare_tables(
    session: Session,
    tables: Sequence[ServingTable],
    servers: Servers,
    claim: Callable[[Mapping[str, str]], None],
    before: Before,
) -> Mapping[str, str]:
    """Create the tables that are missing, once they are claimed, and return the ids of all."""
    settings = servers.settings.cassandra
    missing = missing_tables(session, tables)
    ids = table_ids(session, tables)
    claim(ids)
    ensure_keyspace(session, settings)
    ensure_tables(session, missing)
    ensure_write_ceiling(session, settings)
    if servers.target.bounded:
        there = [table for table in tables if table not in missing]
        before.ceilings.update({str(table): raise_ceiling(session, table, settings) for table in there})
    return ids if not missing else table_ids(session, tables)


def _require_topics(jobs: Sequence[Job], target: Target, feeds: Mapping[str, str]) -> None:
    require_topics(target.kafka, [source for job in jobs for source in job.sources if source.topic], feeds)
    for job in jobs:
        require_targets(target.kafka, target_topics(job), Span(job.file, 1, 1))


def empty(jobs: Sequence[Job], target: Target, settings: Settings) -> None:
    """Remove every row that the jobs serve: tables are truncated, keys of topics get a tombstone."""
    if tables := serving_tables(jobs, settings.cassandra.keyspace):
        with connect(target.cassandra, settings.cassandra) as session:
            clear(session, tables)
    for topic in existing_topics(target.kafka, upsert_topics(jobs)):
        write_tombstones(str(target.kafka), topic)
