"""`tally drop`: the intention is written, the table and the topic are removed, the outcome is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from tally.registry.entries import Entry, Status
from tally.registry.log import Registry, Snapshot, entries_by_key
from tally.running.checkpoints import JobFolder
from tally.running.errors import LiveElsewhere, RunsAlready
from tally.running.liveness import require_idle
from tally.serving.served import Servers, drop_served


@dataclass(frozen=True)
class Dropping:
    """Removes what aggregates serve.

    Attributes:
        root: of the project.
        registry: that knows the aggregates.
        servers: that serve them.
        cluster: address of the cluster that the settings name, or the stack runs; None where there is none.
    """

    root: Path
    registry: Registry
    servers: Servers
    cluster: str | None

    def find(self, project: str, name: str) -> Entry:
        """Return the entry of an aggregate that no job keeps up.

        Raises:
            NotServed: there is none.
            LiveElsewhere: a live job does.
        """
        entry = self.registry.read().known(project, name)
        require_idle(self.root, [entry], self.cluster)
        return entry

    def drop(self, entry: Entry) -> None:
        """Remove the table and the topic of an aggregate; no `tally run` starts its job meanwhile.

        Raises:
            LiveElsewhere: a job was started since the entry was read.
            CassandraUnreachable, KafkaUnreachable, CassandraFailed, KafkaFailed: a server did not do it; the entry
                then says that the aggregate is being dropped, which the next drop completes.
        """
        try:
            with JobFolder(self.root, entry.job).claimed():
                self._note(entry, "dropping")
                drop_served(entry, self.servers)
                self._note(entry, "dropped")
        except RunsAlready as error:
            raise LiveElsewhere(entry.job, entry.name, None) from error

    def _note(self, entry: Entry, status: Status) -> None:
        def decide(snapshot: Snapshot) -> Mapping[bytes, Entry | None]:
            known = snapshot.known(entry.project, entry.name)
            require_idle(self.root, [known], self.cluster, {entry.job})
            now = datetime.now(timezone.utc)
            return entries_by_key(replace(known, status=status, changed=now, final_until=None))

        self.registry.change(decide)
