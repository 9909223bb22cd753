"""`tally init` writes a project that tally can read, and touches nothing that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally.cli.group import run
from tally.project import load_project


def test_init_writes_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "My metrics"

    assert run(["init", str(folder)]) == 0

    project = load_project(folder, {})
    assert project.name == "My-metrics"
    assert project.settings.cassandra.keyspace == "my_metrics"
    assert sorted(project.names) == [
        "active_users_by_region",
        "region_title",
        "starts_by_hour",
        "user_presence",
        "user_sessions",
    ]
    assert (folder / ".gitignore").read_text("utf-8") == ".venv/\n.tally/\n__pycache__/\n"
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"next: cd {folder} && tally up && tally feed sessions && tally run --bounded"


def test_init_leaves_a_folder_with_files_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("mine", "utf-8")

    assert run(["init", str(tmp_path)]) == 2

    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert capsys.readouterr().err == (
        f"error: {tmp_path} is not empty\nhint: name a folder that does not exist yet\n"
    )
