"""The entries of the jobs of one start: claimed before anything is made, confirmed when it is, closed at the end."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

import tally
from tally.errors import ProjectErrors, TallyError
from tally.planning.job import Aggregate, Job
from tally.registry.belonging import why_not
from tally.registry.claims import judge_claims
from tally.registry.entries import Entry, Status
from tally.registry.errors import StateDoesNotBelong
from tally.registry.log import Registry, Snapshot, entries_by_key
from tally.running.liveness import require_idle
from tally.settings import Settings, project_name

_FLINK = version("apache-flink")


@dataclass(frozen=True)
class Ids:
    """Ids of the tables, by keyspace and name, and of the topics that there are."""

    tables: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Start:
    """How jobs are started, as far as their entries tell.

    Attributes:
        root: of the project.
        settings: of the project.
        kafka: host:port of the brokers that have the registry; None where none is known.
        bounded: whether the run ends at the topics' present end.
        cluster: address of the cluster; None for a mini-cluster.
        known_cluster: address of the cluster that the settings name, or the stack runs.
        states: folder of each job's checkpoints, by its name.
        restored: names of the jobs that go on from a checkpoint.
        fresh: whether what is served is emptied first.
        command: that was called, for hints.
    """

    root: Path
    settings: Settings
    kafka: str | None
    bounded: bool = False
    cluster: str | None = None
    known_cluster: str | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    restored: Collection[str] = ()
    fresh: bool = False
    command: str = "tally run"


class Registration:
    """The entries of the aggregates of some jobs, which one start changes."""

    def __init__(self, jobs: Sequence[Job], start: Start) -> None:
        self.jobs = jobs
        self._start = start
        self._project = project_name(start.root)
        self._run = uuid.uuid4().hex
        self._registry = Registry(start.kafka, start.settings.registry.topic, start.settings.kafka)
        self._ids: Ids | None = None

    def claim(self, ids: Ids) -> None:
        """Write the entries, after all was found to be free and to belong together; nothing is made yet.

        Raises:
            PlaceTaken: another aggregate writes a table or topic of these.
            StateDoesNotBelong: a checkpoint is of another table or topic than there is.
            LiveElsewhere: another job that is live keeps up an aggregate of these.
            ProjectErrors: several of these.
        """
        if any(job.aggregates for job in self.jobs):
            self._ids = ids
            self._registry.change(self._claimed)

    def confirm(self, ids: Ids) -> None:
        """Note the ids of what was made since it was claimed."""
        if self._ids is not None and ids != self._ids:
            self._ids = ids
            self._change(lambda entry: self._identified(entry, "running"))

    def end(self, statuses: Mapping[str, Status], change: Callable[[Entry], Entry] = lambda e: e) -> None:
        """Note what became of the jobs, and what else an entry is to tell from now on.

        Args:
            statuses: by job; of others nothing is changed.
            change: of an entry, besides.
        """
        if self._ids is not None:
            self._change(
                lambda entry: (
                    self._now(change(entry), statuses[entry.job]) if entry.job in statuses else entry
                )
            )

    def _change(self, change: Callable[[Entry], Entry]) -> None:
        """Change the entries that are still of this start."""

        def decide(snapshot: Snapshot) -> Mapping[bytes, Entry | None]:
            known = [snapshot.find(self._project, aggregate.name) for _, aggregate in self._aggregates()]
            own = [entry for entry in known if entry and entry.run == self._run]
            return entries_by_key(*(new for entry in own if (new := change(entry)) != entry))

        self._registry.change(decide)

    def _aggregates(self) -> Iterator[tuple[Job, Aggregate]]:
        for job in self.jobs:
            for aggregate in job.aggregates:
                yield job, aggregate

    def _claimed(self, snapshot: Snapshot) -> Mapping[bytes, Entry | None]:
        wanted = [self._wanted(job, a, snapshot.find(self._project, a.name)) for job, a in self._aggregates()]
        known = [entry for one in wanted if (entry := snapshot.find(self._project, one.name))]
        require_idle(self._start.root, known, self._start.known_cluster, {job.name for job in self.jobs})
        errors: list[TallyError] = [error for one in wanted for error in judge_claims(one, snapshot)]
        errors += self._judge_states(wanted, snapshot)
        if errors:
            raise errors[0] if len(errors) == 1 else ProjectErrors(errors)
        return entries_by_key(*wanted)

    def _judge_states(self, wanted: Sequence[Entry], snapshot: Snapshot) -> Iterator[StateDoesNotBelong]:
        for job in self.jobs:
            if job.name not in self._start.restored:
                continue
            own = [entry for entry in wanted if entry.job == job.name]
            reasons = [why_not(snapshot.find(self._project, entry.name), entry) for entry in own]
            if any(reasons):
                command = f"{self._start.command} {job.file}"
                yield StateDoesNotBelong(job.name, tuple(filter(None, reasons)), command)

    def _wanted(self, job: Job, aggregate: Aggregate, known: Entry | None) -> Entry:
        is_live = known is not None and known.status not in ("dropping", "dropped")
        before = known if is_live and not self._start.fresh else None
        entry = Entry(
            project=self._project,
            aggregate=aggregate,
            job=job.name,
            run=self._run,
            fingerprint=job.fingerprints[aggregate.name],
            tally=tally.__version__,
            flink=_FLINK,
            status="starting",
            changed=datetime.now(timezone.utc),
            keyspace=self._start.settings.cassandra.keyspace if aggregate.cassandra else None,
            # A bounded run keeps no state, and leaves that of the runs before it where it is.
            state=self._start.states.get(job.name, before.state if before else None),
            cluster=self._start.cluster,
            bounded=self._start.bounded,
            final_until=before.final_until if before else None,
            provisional_until=before.provisional_until if before else None,
        )
        complete = self._identified(entry, "running")
        is_complete = not ((entry.table and not complete.table_id) or (entry.topic and not complete.topic_id))
        return complete if is_complete else replace(complete, status="starting")

    def _identified(self, entry: Entry, status: Status) -> Entry:
        ids = self._ids or Ids()
        return replace(
            self._now(entry, status),
            table_id=ids.tables.get(entry.table or ""),
            topic_id=ids.topics.get(entry.topic or ""),
        )

    def _now(self, entry: Entry, status: Status) -> Entry:
        return replace(entry, status=status, changed=datetime.now(timezone.utc))
