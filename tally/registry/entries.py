"""An entry: one served aggregate, with all that its readers and its next start need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tally.planning.job import Aggregate

Status = Literal["starting", "running", "finished", "stopped", "failed", "dropping", "dropped"]


@dataclass(frozen=True)
class Entry:
    """What is deployed of one aggregate. Holds nothing secret: addresses and passwords stay in the settings.

    Attributes:
        project: that it belongs to.
        aggregate: schema, key, window, sinks, comment, SQL, and the place of its declaration.
        job: that keeps it up to date.
        run: drawn at random for each start of the job.
        fingerprint: of the plan that feeds it; a checkpoint of another plan is not its own.
        tally: version of tally that started the job.
        flink: version of Flink that it was started on.
        status: what its last start, or a drop, came to. ``running`` means that it was started, not that it runs yet:
            the lock on its machine or the cluster tells that.
        changed: when that was written, UTC.
        keyspace: of its table; None where Cassandra does not serve it.
        table_id: of its table, as ``system_schema.tables.id`` has it; None before the table is there.
        topic_id: of its topic, as Kafka has it; None before the topic is there.
        state: folder of the job's checkpoints and savepoints; None for a bounded run, which keeps none.
        cluster: ``host:port`` of the cluster that it was started on; None for a mini-cluster.
        bounded: whether the run ends at the topics' present end.
        final_until: the source's time at the end of a bounded run: rows of windows that end later are provisional.
        provisional_until: the end of the last window that such a run served.
    """

    project: str
    aggregate: Aggregate
    job: str
    run: str
    fingerprint: str
    tally: str
    flink: str
    status: Status
    changed: datetime
    keyspace: str | None = None
    table_id: str | None = None
    topic_id: str | None = None
    state: str | None = None
    cluster: str | None = None
    bounded: bool = False
    final_until: datetime | None = None
    provisional_until: datetime | None = None

    @property
    def name(self) -> str:
        """Name of the aggregate."""
        return self.aggregate.name

    @property
    def is_served(self) -> bool:
        """Whether it has, or may have, a table or a topic."""
        return self.status != "dropped"

    @property
    def table(self) -> str | None:
        """Keyspace and name of its table, or None."""
        sink = self.aggregate.cassandra
        return f"{self.keyspace}.{sink.table}" if sink else None

    @property
    def topic(self) -> str | None:
        """Name of its topic, or None."""
        return self.aggregate.kafka.topic if self.aggregate.kafka else None


@dataclass(frozen=True)
class Recorded:
    """An entry as the topic has it; ``number`` is its record's offset, which no two versions of an entry share."""

    entry: Entry
    number: int
