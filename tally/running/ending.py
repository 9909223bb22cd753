"""The end of a run, as the registry is told of it, whichever way it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from tally.errors import TallyError
from tally.planning.job import Job
from tally.registry.entries import Entry, Status
from tally.running.following import Progress
from tally.running.registration import Registration
from tally.running.settling import FINISHED, Settling


@dataclass(frozen=True)
class Ending:
    """How the run of some registered jobs ends."""

    registration: Registration

    def ended(self, progress: Sequence[Progress], settling: Settling | None) -> tuple[Progress, ...]:
        """Note what jobs came to, each by itself, and return their figures.

        Args:
            progress: their last figures.
            settling: deletes rows of earlier runs behind bounded jobs; None for continuous ones.

        Raises:
            TallyError: a server did not do what settles a bounded run.
        """
        statuses: dict[str, Status] = {one.job: _status(one) for one in progress}
        if settling is None:
            times = {one.aggregate: one.event_time for one in progress}
            with suppress(TallyError):  # it only tells how the run ended, and the run itself went well
                self.registration.end(statuses, lambda entry: _passed(entry, times.get(entry.name)))
            return tuple(progress)
        settled = settling.settle(self.registration.jobs, progress)
        by_aggregate = {one.aggregate: one for one in settled}
        self.registration.end(statuses, lambda entry: settling.noted(entry, by_aggregate))
        return settled


def _passed(entry: Entry, time: datetime | None) -> Entry:
    """Return an entry without what was provisional, where the job has closed all of those windows since."""
    until = entry.provisional_until or entry.final_until
    if until is None or time is None or time < until:
        return entry
    return replace(entry, final_until=None, provisional_until=None)


def _status(progress: Progress) -> Status:
    known: dict[str, Status] = {FINISHED: "finished", "FAILED": "failed"}
    return known.get(progress.state, "stopped")


@contextmanager
def closing(registration: Registration, jobs: Sequence[Job]) -> Iterator[Ending]:
    """Note in the registry that jobs failed, where the block fails; the failure itself is raised on."""
    try:
        yield Ending(registration)
    except BaseException as failure:
        failed = getattr(failure, "job", None)
        with suppress(TallyError):
            registration.end(
                {job.name: "failed" if failed in (None, job.name) else "stopped" for job in jobs}
            )
        raise
