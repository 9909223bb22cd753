"""Which checkpoint a job goes on from, and when it may not."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tally.errors import ProjectErrors
from tally.planning.job import Job
from tally.planning.plan import Plan
from tally.running.checkpoints import JobFolder, each
from tally.running.errors import PlanChanged, RunsAlready

JOB = Job(
    "sales", "sql/aggregates/sales.sql", (), (), (), (), (), {}, Plan("{}"), {"by_day": "1", "by_user": "2"}
)


def checkpoint(folder: JobFolder, name: str, age: int, complete: bool = True) -> Path:
    path = folder.path / name
    path.mkdir(parents=True)
    if complete:
        (path / "_metadata").write_bytes(b"")
        os.utime(path / "_metadata", (1_000_000 - age, 1_000_000 - age))
    return path


def test_without_a_checkpoint_there_is_nothing_to_go_on_from(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "sales")
    assert folder.restorable(JOB) is None
    folder.begin(JOB)
    checkpoint(folder, "checkpoints/a/chk-1", 0, complete=False)
    assert folder.restorable(JOB) is None


def test_the_newest_complete_checkpoint_or_savepoint_is_taken(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "sales")
    folder.begin(JOB)
    checkpoint(folder, "checkpoints/a/chk-9", 30)
    newest = checkpoint(folder, "checkpoints/b/chk-2", 10)
    checkpoint(folder, "checkpoints/b/chk-3", 0, complete=False)
    assert folder.restorable(JOB) == newest
    savepoint = checkpoint(folder, "savepoints/savepoint-1", 5)
    assert folder.restorable(JOB) == savepoint


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        ({"by_day": "9", "by_user": "2"}, "'by_day'"),
        ({"by_day": "1"}, "'by_user'"),
        ({"by_day": "1", "by_user": "2", "by_year": "3"}, "'by_year'"),
    ],
    ids=["edited", "removed", "added"],
)
def test_a_checkpoint_of_another_plan_is_refused(tmp_path: Path, now: dict[str, str], changed: str) -> None:
    folder = JobFolder(tmp_path, "sales")
    folder.begin(JOB)
    checkpoint(folder, "checkpoints/a/chk-1", 0)
    with pytest.raises(PlanChanged) as refused:
        folder.restorable(replace(JOB, fingerprints=now))
    first = str(refused.value).splitlines()[0]
    assert first == f"job 'sales' cannot go on from its last checkpoint: {changed} changed since"
    assert folder.restorable(JOB) is not None


def test_what_changed_is_said(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "sales")
    before = {
        "by_day": ("Scan(orders)", "GroupAggregate(SUM(amount))", "Sink(by_day)"),
        "by_user": ("Scan(orders)",),
    }
    folder.begin(replace(JOB, steps=before))
    checkpoint(folder, "checkpoints/a/chk-1", 0)
    now = {
        "by_day": ("Scan(orders)", "GroupAggregate(MAX(amount))", "Sink(by_day)"),
        "by_user": ("Scan(orders)",),
    }
    with pytest.raises(PlanChanged) as refused:
        folder.restorable(replace(JOB, fingerprints={"by_day": "9", "by_user": "2"}, steps=now))
    assert str(refused.value) == (
        "job 'sales' cannot go on from its last checkpoint: 'by_day' changed since\n"
        "  by_day was GroupAggregate(SUM(amount)), is GroupAggregate(MAX(amount))\n"
        "hint: `tally run --fresh` counts from the beginning of the topics, or undo the change of by_day"
    )


def test_the_changes_of_several_jobs_are_said_together(tmp_path: Path) -> None:
    def finds(job: str) -> Callable[[], Path | None]:
        folder = JobFolder(tmp_path, job)
        folder.begin(replace(JOB, name=job))
        checkpoint(folder, "checkpoints/a/chk-1", 0)
        fingerprints = JOB.fingerprints if job == "same" else {"by_day": "9", "by_user": "2"}
        return lambda: folder.restorable(replace(JOB, name=job, fingerprints=fingerprints))

    found = {name: finds(name) for name in ("one", "same", "two")}
    assert list(each({"same": found["same"]})) == ["same"]
    with pytest.raises(ProjectErrors) as refused:
        each(found)
    assert [error.job for error in refused.value.errors] == ["one", "two"]


def test_clear_forgets_everything(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "sales")
    folder.begin(JOB)
    checkpoint(folder, "checkpoints/a/chk-1", 0)
    folder.clear()
    folder.clear()
    assert not folder.path.exists()


def test_a_job_is_claimed_once(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path, "sales")
    with folder.claimed(), pytest.raises(RunsAlready), folder.claimed():
        pass
    with folder.claimed():
        pass
