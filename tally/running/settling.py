"""Behind a bounded run: what it did not serve itself is deleted, and which of its windows are provisional is noted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from tally.planning.job import Aggregate, Job
from tally.registry.entries import Entry
from tally.running.connections import Target
from tally.running.following import Progress
from tally.serving.cassandra import connect
from tally.serving.stale import Before, remove_stale_keys, remove_stale_rows
from tally.serving.tables import serving_table
from tally.settings import Settings

FINISHED = "FINISHED"


class Settling:
    """Settles what bounded jobs have left, each once it has finished.

    Args:
        target: where they wrote.
        settings: of the project.
        before: what was served when they began.
    """

    def __init__(self, target: Target, settings: Settings, before: Before) -> None:
        self._target = target
        self._settings = settings
        self._before = before
        self._until: dict[str, datetime | None] = {}

    def settle(self, jobs: Sequence[Job], progress: Sequence[Progress]) -> tuple[Progress, ...]:
        """Delete the rows of earlier runs behind the jobs that have finished; return the figures with how many.

        Raises:
            CassandraFailed, CassandraUnreachable, KafkaFailed, KafkaUnreachable: a server did not do it.
        """
        aggregates = {aggregate.name: aggregate for job in jobs for aggregate in job.aggregates}
        return tuple(
            replace(one, removed=self._removed(aggregates[one.aggregate]))
            if one.state == FINISHED and one.aggregate in aggregates
            else one
            for one in progress
        )

    def _removed(self, aggregate: Aggregate) -> int:
        rows = self._settle_table(aggregate) if aggregate.cassandra else 0
        ends = self._before.ends.get(aggregate.kafka.topic) if aggregate.kafka else None
        if aggregate.kafka and ends is not None and any(high for _, high in ends.values()):
            keys = remove_stale_keys(str(self._target.kafka), aggregate.kafka.topic, ends)
            return rows or keys
        return rows

    def _settle_table(self, aggregate: Aggregate) -> int:
        table = serving_table(aggregate, self._settings.cassandra.keyspace)
        ceiling = self._before.ceilings.get(str(table))
        end = aggregate.window_end
        if ceiling is None and end is None:
            return 0  # the table is new, and no window of its rows can be provisional
        with connect(self._target.cassandra, self._settings.cassandra) as session:
            left = remove_stale_rows(session, table, ceiling or 0, end.column if end else None)
        if end and left.newest:
            self._until[aggregate.name] = left.newest.replace(tzinfo=timezone.utc) + end.after
        return left.removed

    def noted(self, entry: Entry, progress: Mapping[str, Progress]) -> Entry:
        """Return an entry with what is provisional behind its run."""
        one = progress[entry.name]
        if one.state != FINISHED:
            return entry
        until = self._until.get(entry.name)
        final = one.final_until if entry.aggregate.window_end else None
        is_open = final is not None and (until is None or until > final)
        return replace(
            entry, final_until=final if is_open else None, provisional_until=until if is_open else None
        )
