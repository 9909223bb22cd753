"""A cluster that runs by itself: what it tells of its set-up, and stopping its jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from tally.running.checkpoints import JobFolder
from tally.running.errors import NoStateFolder, SeveralJobs, UnknownJob
from tally.running.rest import JobState, Rest, wait_for

BOUNDED = "tally.bounded"
_STATE = "execution.checkpointing.dir"
_PYTHON = "python.executable"
# Flink's own default of python.executable.
_ANY_PYTHON = "python"


@dataclass(frozen=True)
class ClusterJobFolder(JobFolder):
    """The folder of one job's checkpoints where a cluster keeps them.

    Attributes:
        root: ``execution.checkpointing.dir`` of the cluster.
        job: name of the job.
    """

    @property
    def path(self) -> Path:
        """The folder; it may not exist yet."""
        return self.root / self.job


@dataclass(frozen=True)
class ClusterSetup:
    """How a cluster is set up, as far as jobs depend on it.

    Attributes:
        address: ``host:port`` of its REST API.
        options: of its config.yaml.
        jars: names of the jars on its class path.
    """

    address: str
    options: Mapping[str, str]
    jars: frozenset[str]

    @property
    def python(self) -> str:
        """The interpreter that runs Python functions on its task managers."""
        return self.options.get(_PYTHON, _ANY_PYTHON)

    def folder(self, job: str) -> ClusterJobFolder:
        """Return the folder of a job's checkpoints, under the path that the cluster has for it.

        Raises:
            NoStateFolder: the cluster has none, or it is no folder that this machine can look into.
        """
        configured = self.options.get(_STATE)
        if configured is None:
            raise NoStateFolder(self.address, None)
        root = _path(configured)
        if urlparse(configured).scheme not in ("", "file") or not root.parent.is_dir():
            raise NoStateFolder(self.address, configured)
        return ClusterJobFolder(root, job)


def _path(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


def setup_of(rest: Rest) -> ClusterSetup:
    """Ask a cluster how it is set up.

    Raises:
        ClusterUnreachable: nobody answers.
        ClusterRefused: it does not tell.
    """
    options = {option["key"]: option["value"] for option in rest.get("/jobmanager/config")}
    class_path = rest.get("/jobmanager/environment")["classpath"]
    return ClusterSetup(rest.address, options, frozenset(Path(jar).name for jar in class_path))


def running_jobs(rest: Rest) -> tuple[JobState, ...]:
    """Return the jobs that are not over; raises as ``Rest.get``."""
    return tuple(job for job in rest.jobs() if not job.is_over)


def stop(rest: Rest, name: str) -> str | None:
    """Stop a job, with a savepoint where its next start would go on from one.

    Args:
        rest: of the cluster.
        name: of the job, or its id.

    Returns:
        Where the savepoint is; None for a bounded job, which always starts from the beginning.

    Raises:
        UnknownJob: no such job runs.
        SeveralJobs: several of that name do.
        NoStateFolder: there is no place for the savepoint, or it was written where this machine does not see it.
        ClusterUnreachable, ClusterRefused: the job may go on running.
    """
    job = _running(rest, name)
    if BOUNDED in rest.parameters(job.id):
        rest.cancel(job.id)
        wait_for(lambda: rest.state(job.id) == "CANCELED", 60)
        return None
    savepoints = setup_of(rest).folder(job.name).savepoints
    savepoint = rest.stop_with_savepoint(job.id, savepoints.as_uri())
    if not (_path(savepoint) / "_metadata").is_file():
        raise NoStateFolder(rest.address, savepoint)
    return savepoint


def _running(rest: Rest, name: str) -> JobState:
    running = running_jobs(rest)
    found = [job for job in running if name in (job.name, job.id)]
    if not found:
        raise UnknownJob(name, tuple(sorted({job.name for job in running})))
    if len(found) > 1:
        raise SeveralJobs(name, tuple(job.id for job in found))
    return found[0]
