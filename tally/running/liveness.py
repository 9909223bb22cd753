"""Whether a job is live: by the lock on this machine, or the cluster's REST API; an entry only says where to ask."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from tally.registry.entries import Entry
from tally.running.checkpoints import JobFolder
from tally.running.cluster import running_jobs
from tally.running.errors import LiveElsewhere, RunsAlready
from tally.running.rest import Rest


def require_idle(
    root: Path, entries: Iterable[Entry], cluster: str | None, held: Collection[str] = ()
) -> None:
    """Return when no live job keeps up one of some aggregates.

    Args:
        root: of the project.
        entries: of the aggregates.
        cluster: address of the cluster that the settings name, or the stack runs; None where there is none.
        held: jobs whose locks the caller has.

    Raises:
        LiveElsewhere: one does.
        ClusterUnreachable: an aggregate was last started on the cluster, and nobody answers there.
    """
    for entry in entries:
        if entry.job not in held and is_locked(root, entry.job):
            raise LiveElsewhere(entry.job, entry.name, None)
        # A cluster that is neither set nor started any more has nothing that runs.
        if entry.cluster is not None and entry.cluster == cluster and entry.status in ("starting", "running"):
            _require_idle_there(entry, cluster)


def is_locked(root: Path, job: str) -> bool:
    """Tell whether a `tally run` on this machine runs a job."""
    try:
        with JobFolder(root, job).claimed():
            return False
    except RunsAlready:
        return True


def _require_idle_there(entry: Entry, cluster: str) -> None:
    if any(job.name == entry.job for job in running_jobs(Rest(cluster))):
        raise LiveElsewhere(entry.job, entry.name, cluster)
