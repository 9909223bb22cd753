"""Which checkpoint a job goes on from, and when it may not."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tally.planning.job import Job
from tally.planning.plan import Plan
from tally.running.checkpoints import JobFolder
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
