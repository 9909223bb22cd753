"""`tally run`: jobs in a mini-cluster, from the checks before them to their last figures."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tally.errors import TallyError
from tally.planning.job import Job
from tally.running.checkpoints import JobFolder, each
from tally.running.connections import Target
from tally.running.ending import closing
from tally.running.errors import JobsFailed
from tally.running.failures import failure_of
from tally.running.following import Follower, Progress
from tally.running.launch import RESTORE, Launch, bounded, continuous, start
from tally.running.minicluster import kept_metrics, mini_cluster
from tally.running.prepare import Servers, empty, prepare
from tally.running.registration import Registration, Start
from tally.running.rest import OVER, Rest, wait_for
from tally.running.settling import Settling
from tally.settings import Settings

SECONDS_BETWEEN_LOOKS = 1.0
LAST_CHECKPOINT = 30.0
"""Seconds that a job has for its last checkpoint when it is stopped."""

_PARALLELISMS = ("scan.parallelism", "sink.parallelism")

Ended = tuple[tuple[Progress, ...], Sequence[TallyError]]
OnProgress = Callable[[Sequence[Progress]], None]


@dataclass(frozen=True)
class RunRequest:
    """How jobs are to run.

    Attributes:
        root: of the project.
        settings: of the project.
        options: Flink options, of config.yaml.
        target: where the jobs read and write, and whether they end.
        fresh: start over from the beginning of the topics.
        feeds: data set by topic, for hints.
        logs: where Flink's log is.
        cluster: address of the cluster that the settings name, or the stack runs; None where there is none.
    """

    root: Path
    settings: Settings
    options: Mapping[str, str]
    target: Target
    fresh: bool
    feeds: Mapping[str, str]
    logs: Path
    cluster: str | None = None


def run(jobs: Sequence[Job], request: RunRequest, on_progress: OnProgress) -> tuple[Progress, ...]:
    """Run jobs until they end, or until Ctrl-C stops them with a checkpoint; return their last figures.

    ``on_progress`` may raise KeyboardInterrupt to the same effect.

    Raises:
        RunsAlready: another process runs one of the jobs.
        PlanChanged, ProjectErrors: checkpoints belong to other plans; nothing was touched.
        StateDoesNotBelong: a checkpoint belongs to another table or topic than there is; nothing was touched.
        PlaceTaken, LiveElsewhere: another aggregate writes the same table or topic, or another job that is live keeps
            up one of the aggregates; nothing was touched.
        TopicMissing, TableDiffers, KafkaUnreachable, CassandraUnreachable: before anything was started.
        ExpressionFailed, JobFailed, UndecodableRecord, TooManyDeadLetters, LettersLost: a job failed for good; the
            others went on to their own end. JobsFailed where several did.
    """
    with ExitStack() as claims:
        for job in jobs:
            claims.enter_context(JobFolder(request.root, job.name).claimed())
        extras = each({job.name: partial(_extra, job, request) for job in jobs})
        registration = Registration(jobs, _start_of(jobs, request, extras))
        servers = Servers(request.target, request.settings, request.feeds)
        before = prepare(jobs, servers, registration)
        _begin(jobs, request)
        with closing(registration, jobs) as ending:
            progress, failures = _run(jobs, request, extras, on_progress)
            settling = Settling(request.target, request.settings, before) if request.target.bounded else None
            ended = ending.ended(progress, settling)
        _raise(failures)
        return ended


def _start_of(jobs: Sequence[Job], request: RunRequest, extras: Mapping[str, Mapping[str, str]]) -> Start:
    folders = (
        {} if request.target.bounded else {job.name: JobFolder(request.root, job.name).path for job in jobs}
    )
    return Start(
        root=request.root,
        settings=request.settings,
        kafka=request.target.kafka,
        bounded=request.target.bounded,
        known_cluster=request.cluster,
        states={name: folder.as_uri() for name, folder in folders.items()},
        restored={name for name, options in extras.items() if RESTORE in options},
        fresh=request.fresh,
    )


def _begin(jobs: Sequence[Job], request: RunRequest) -> None:
    folders = [(JobFolder(request.root, job.name), job) for job in jobs]
    if request.fresh:
        for folder, _ in folders:
            folder.clear()
        empty(jobs, request.target, request.settings)
    if not request.target.bounded:
        for folder, job in folders:
            folder.begin(job)


def _run(
    jobs: Sequence[Job], request: RunRequest, extras: Mapping[str, Mapping[str, str]], on_progress: OnProgress
) -> Ended:
    slots = _slots(jobs, request)
    with stop_requests() as stop, mini_cluster(_cluster_options(request), slots) as address:
        launch = Launch(address, _job_options(request), (), request.target)
        ids = {start(job, launch, extras[job.name]): job for job in jobs}
        return _Watch(Rest(address), ids, request, stop).until_over(on_progress)


@contextmanager
def stop_requests() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event, for as long as jobs run; a second one interrupts at once.

    An exception in the middle of a call to the JVM would leave that call, and every later one, without an answer.
    """
    asked = threading.Event()

    def ask(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _extra(job: Job, request: RunRequest) -> dict[str, str]:
    interval = request.settings.flink.checkpoint_interval
    if request.target.bounded:
        return bounded(job, interval)
    folder = JobFolder(request.root, job.name)
    return continuous(folder, interval, None if request.fresh else folder.restorable(job))


def _slots(jobs: Sequence[Job], request: RunRequest) -> int:
    return sum(max((request.settings.flink.parallelism, *_own_parallelisms(job))) for job in jobs)


def _own_parallelisms(job: Job) -> Iterator[int]:
    """Yield the parallelism of each table that says its own."""
    for table in job.plan.tables():
        yield from (int(table.options[key]) for key in _PARALLELISMS if key in table.options)


def _job_options(request: RunRequest) -> dict[str, str]:
    return {**request.options, "parallelism.default": str(request.settings.flink.parallelism)}


def _cluster_options(request: RunRequest) -> dict[str, str]:
    # For those who ask its REST API. Each answer costs all tasks all of their metrics, so tally does not ask.
    return {**request.options, "metrics.fetcher.update-interval": "1000"}


@dataclass
class _Watch:
    """Looks after started jobs until all are over."""

    rest: Rest
    jobs: Mapping[str, Job]
    request: RunRequest
    stop_asked: threading.Event

    def until_over(self, on_progress: OnProgress) -> Ended:
        """Follow the jobs, and return their last figures and why some failed; those leave the others alone."""
        follower = Follower(self.rest, self.jobs, kept_metrics)
        progress: Sequence[Progress] = ()
        failures: dict[str, TallyError] = {}
        try:
            while True:
                states = follower.states()
                failed = [job for job, state in states.items() if state == "FAILED" and job not in failures]
                # At once, since the cluster forgets it an hour later.
                failures |= {job: self._failure(job) for job in failed}
                progress = follower.progress(states)
                on_progress(progress)
                if all(state in OVER for state in states.values()):
                    break
                if self.stop_asked.wait(SECONDS_BETWEEN_LOOKS):
                    self.stop()
                    break
        except KeyboardInterrupt:
            self.stop()
        return tuple(progress), [failures[job] for job in self.jobs if job in failures]

    def stop(self) -> None:
        """Cancel every job that runs, after a checkpoint where it keeps some."""
        running = [job for job in self.jobs if self.rest.state(job) not in OVER]
        for job in running:
            if not self.request.target.bounded:
                self._checkpoint(job)
            self.rest.cancel(job)
        wait_for(lambda: all(self.rest.state(job) in OVER for job in running), 60)

    def _checkpoint(self, job: str) -> None:
        """Take a last checkpoint; a job that cannot, since it is restarting, goes on from its last one next time."""
        with suppress(TimeoutError):
            wait_for(lambda: self.rest.state(job) != "RUNNING" or self._is_checkpointed(job), LAST_CHECKPOINT)

    def _is_checkpointed(self, job: str) -> bool:
        try:
            self.rest.checkpoint(job)
        except TallyError:
            # Refused while a task is still being deployed, which is over soon.
            return False
        return True

    def _failure(self, job: str) -> TallyError:
        # The cluster answers from a copy that may be some seconds older than the failure.
        trace = wait_for(lambda: self.rest.state_told(job) in OVER and self.rest.failure(job), 30)
        return failure_of(self.jobs[job].name, trace, self.request.logs)


def _raise(failures: Sequence[TallyError]) -> None:
    if len(failures) > 1:
        raise JobsFailed(tuple(failures))
    for failure in failures:
        raise failure
