"""What one aggregate serves, in Cassandra and on Kafka: found, and removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tally.planning.job import Aggregate
from tally.serving.cassandra import connect, count_rows, drop, exists
from tally.serving.tables import ServingTable, serving_table
from tally.serving.topics import drop_topics, end_offsets, existing_topics
from tally.settings import Settings

MOST_ROWS = 100_000


@dataclass(frozen=True)
class Servers:
    """Where results are served.

    Attributes:
        cassandra: host:port, several by comma; None where none is known.
        kafka: as well.
        settings: login and data centre.
    """

    cassandra: str | None
    kafka: str | None
    settings: Settings


@dataclass(frozen=True)
class Served:
    """What there is of one aggregate.

    Attributes:
        table: keyspace and name, or None where there is no table.
        rows: of the table, counted up to ``MOST_ROWS`` + 1.
        topic: name, or None where there is no topic.
        records: of the topic, results, tombstones and not yet compacted ones together.
    """

    table: str | None = None
    rows: int = 0
    topic: str | None = None
    records: int = 0


class Deployed(Protocol):
    """An aggregate as it was deployed: an entry of the registry is one."""

    @property
    def aggregate(self) -> Aggregate:
        """What it is."""
        ...

    @property
    def keyspace(self) -> str | None:
        """Of its table; None where Cassandra does not serve it."""
        ...


def find_served(deployed: Deployed, servers: Servers) -> Served:
    """Return what an aggregate serves at present.

    Raises:
        CassandraUnreachable, KafkaUnreachable: a server that it is served from does not answer.
    """
    aggregate = deployed.aggregate
    table, rows = _find_table(deployed, servers) if aggregate.cassandra else (None, 0)
    topic, records = _find_topic(aggregate.kafka.topic, servers) if aggregate.kafka else (None, 0)
    return Served(table, rows, topic, records)


def drop_served(deployed: Deployed, servers: Servers) -> None:
    """Remove the table and the topic of an aggregate; what does not exist is left out.

    Raises:
        CassandraUnreachable, KafkaUnreachable: a server that it is served from does not answer.
        CassandraFailed, KafkaFailed: a server did not remove it.
    """
    aggregate = deployed.aggregate
    if aggregate.cassandra:
        with connect(servers.cassandra, servers.settings.cassandra) as session:
            drop(session, [_table(deployed)])
    if aggregate.kafka:
        drop_topics(servers.kafka, [aggregate.kafka.topic])


def _table(deployed: Deployed) -> ServingTable:
    return serving_table(deployed.aggregate, str(deployed.keyspace))


def _find_table(deployed: Deployed, servers: Servers) -> tuple[str | None, int]:
    table = _table(deployed)
    with connect(servers.cassandra, servers.settings.cassandra) as session:
        if not exists(session, table):
            return None, 0
        return str(table), count_rows(session, table, MOST_ROWS + 1)


def _find_topic(topic: str, servers: Servers) -> tuple[str | None, int]:
    if not existing_topics(servers.kafka, [topic]):
        return None, 0
    return topic, sum(high - low for low, high in end_offsets(servers.kafka, topic).values())
