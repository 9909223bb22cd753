"""`tally submit`: jobs on a cluster, from the checks before them to their ids."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from py4j.protocol import Py4JJavaError
from pyflink.util.exceptions import JavaException

from tally.planning.job import Job
from tally.running.checkpoints import each
from tally.running.cluster import BOUNDED, ClusterSetup, running_jobs, setup_of
from tally.running.errors import ClusterRefused, JobRuns, PlanChanged
from tally.running.launch import RESTORE, Launch, bounded, continuous, start
from tally.running.prepare import Servers, empty, prepare
from tally.running.registration import Registration, Start
from tally.running.rest import Rest, root_cause
from tally.running.session import RunRequest
from tally.running.shipping import Cargo, jars_to_ship, job_options, python_options

OnStart = Callable[[Job, str], None]


@dataclass(frozen=True)
class Submission:
    """Where jobs go, and how.

    Attributes:
        rest: of the cluster.
        request: how they run.
        cargo: what they take along.
    """

    rest: Rest
    request: RunRequest
    cargo: Cargo

    def submit(self, jobs: Sequence[Job], on_start: OnStart) -> None:
        """Start jobs and return once the cluster has accepted all of them.

        Args:
            jobs: to start; each goes on from its last checkpoint or savepoint where it has one.
            on_start: is told of each job and its id.

        Raises:
            JobRuns: a job of that name is running; nothing was touched.
            PlanChanged: a checkpoint belongs to another plan; nothing was touched.
            StateDoesNotBelong, PlaceTaken, LiveElsewhere: as of ``session.run``; nothing was touched.
            NoStateFolder: there is no place for checkpoints; nothing was touched.
            TopicMissing, TableDiffers, KafkaUnreachable, CassandraUnreachable: before anything was started.
            ClusterUnreachable, ClusterRefused: jobs that were not told of were not started.
        """
        setup = setup_of(self.rest)
        self._check_names(jobs)
        extras = each({job.name: partial(self._extra, job, setup) for job in jobs})
        servers = Servers(self.request.target, self.request.settings, self.request.feeds)
        registration = Registration(jobs, self._start_of(jobs, setup, extras))
        prepare(jobs, servers, registration)
        self._begin(jobs, setup)
        with tempfile.TemporaryDirectory(prefix="tally-") as scratch:
            launch = self._launch(setup, Path(scratch))
            for job in jobs:
                on_start(job, self._start(job, launch, extras[job.name]))

    def _start_of(
        self, jobs: Sequence[Job], setup: ClusterSetup, extras: Mapping[str, Mapping[str, str]]
    ) -> Start:
        request = self.request
        folders = {} if request.target.bounded else {job.name: setup.folder(job.name).path for job in jobs}
        return Start(
            root=request.root,
            settings=request.settings,
            kafka=request.target.kafka,
            bounded=request.target.bounded,
            cluster=self.rest.address,
            known_cluster=self.rest.address,
            states={name: folder.as_uri() for name, folder in folders.items()},
            restored={name for name, options in extras.items() if RESTORE in options},
            fresh=request.fresh,
            command="tally submit",
        )

    def _check_names(self, jobs: Sequence[Job]) -> None:
        running = {job.name: job.id for job in running_jobs(self.rest)}
        for job in jobs:
            if job.name in running:
                raise JobRuns(job.name, running[job.name])

    def _extra(self, job: Job, setup: ClusterSetup) -> Mapping[str, str]:
        request, interval = self.request, self.request.settings.flink.checkpoint_interval
        if request.target.bounded:
            return {**bounded(job, interval), "pipeline.global-job-parameters": f"{BOUNDED}:true"}
        folder = setup.folder(job.name)
        try:
            return continuous(folder, interval, None if request.fresh else folder.restorable(job))
        except PlanChanged as error:
            raise replace(error, command=f"tally submit {job.file}") from error

    def _begin(self, jobs: Sequence[Job], setup: ClusterSetup) -> None:
        if self.request.target.bounded:
            return
        for folder in (setup.folder(job.name) for job in jobs if self.request.fresh):
            folder.clear()
        if self.request.fresh:
            empty(jobs, self.request.target, self.request.settings)
        for job in jobs:
            setup.folder(job.name).begin(job)

    def _launch(self, setup: ClusterSetup, scratch: Path) -> Launch:
        options = {
            **job_options(self.request.options),
            **python_options(self.cargo, setup, scratch),
            "parallelism.default": str(self.request.settings.flink.parallelism),
        }
        return Launch(self.rest.address, options, jars_to_ship(self.cargo, setup), self.request.target)

    def _start(self, job: Job, launch: Launch, extra: Mapping[str, str]) -> str:
        try:
            return start(job, launch, extra)
        except (Py4JJavaError, JavaException) as error:
            raise ClusterRefused(self.rest.address, f"job '{job.name}': {root_cause(str(error))}") from error
