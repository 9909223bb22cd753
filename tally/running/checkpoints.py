"""The checkpoints of a project's jobs: where they are, and which plan each belongs to.

``.tally/jobs/<job>/checkpoints/<flink job id>/chk-<n>`` is Flink's; ``.tally/jobs/<job>/plan.json`` beside it holds
the fingerprints of the plan that wrote them, and its steps.
"""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tally.errors import raise_all
from tally.planning.job import Job
from tally.running.errors import Change, PlanChanged, RunsAlready

Result = TypeVar("Result")


@dataclass(frozen=True)
class JobFolder:
    """The folder of one job's checkpoints.

    Attributes:
        root: of the project.
        job: name of the job.
    """

    root: Path
    job: str

    @property
    def path(self) -> Path:
        """The folder; it may not exist yet."""
        return self.root / ".tally" / "jobs" / self.job

    @property
    def checkpoints(self) -> Path:
        """Where Flink keeps the job's checkpoints."""
        return self.path / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """Where savepoints of the job go."""
        return self.path / "savepoints"

    @property
    def _record(self) -> Path:
        return self.path / "plan.json"

    def latest(self) -> Path | None:
        """Return the newest complete checkpoint or savepoint, or None."""
        complete = [*self.checkpoints.glob("*/chk-*/_metadata"), *self.savepoints.glob("*/_metadata")]
        newest = max(complete, key=lambda file: file.stat().st_mtime_ns, default=None)
        return newest.parent if newest else None

    def restorable(self, job: Job) -> Path | None:
        """Return the checkpoint to go on from, or None where there is none.

        Raises:
            PlanChanged: there is one, of another plan.
        """
        latest = self.latest()
        if latest is None:
            return None
        before = json.loads(self._record.read_text("utf-8"))
        known, steps = before.get("fingerprints", before), before.get("steps", {})
        changes = tuple(
            _change(name, steps.get(name, ()), job.steps.get(name, ()))
            for name in sorted({*known, *job.fingerprints})
            if known.get(name) != job.fingerprints.get(name)
        )
        if changes:
            raise PlanChanged(job.name, changes)
        return latest

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep the job from being run twice at once; the operating system frees it whatever happens.

        Raises:
            RunsAlready: another process has it.
        """
        lock = self.root / ".tally" / "locks" / f"{self.job}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RunsAlready(self.job) from error
            yield

    def begin(self, job: Job) -> None:
        """Note the plan that the coming checkpoints belong to."""
        self.checkpoints.mkdir(parents=True, exist_ok=True)
        scratch = self._record.with_suffix(".new")
        record = {"fingerprints": dict(job.fingerprints), "steps": dict(job.steps)}
        scratch.write_text(json.dumps(record, indent=2), "utf-8")
        scratch.replace(self._record)

    def clear(self) -> None:
        """Forget everything that was kept of the job."""
        if self.path.exists():
            shutil.rmtree(self.path)


def each(found: Mapping[str, Callable[[], Result]]) -> dict[str, Result]:
    """Return what each job's function returns; what is wrong with the checkpoints of several is said together.

    Raises:
        PlanChanged, ProjectErrors: checkpoints belong to other plans.
    """
    results: dict[str, Result] = {}
    changed: list[PlanChanged] = []
    for job, find in found.items():
        try:
            results[job] = find()
        except PlanChanged as error:
            changed.append(error)
    raise_all(changed)
    return results


def _change(name: str, before: Sequence[str], now: Sequence[str]) -> Change:
    """Return what changed of an aggregate: the first step that is another, as it was and as it is."""
    gone = [step for step in before if step not in now]
    come = [step for step in now if step not in before]
    return Change(name, gone[0] if gone else "", come[0] if come else "")
