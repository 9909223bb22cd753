"""Where a project begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tally.project.root import NoProject, find_root


def test_the_nearest_folder_with_sql(tmp_path: Path) -> None:
    inner = tmp_path / "sql" / "shop"
    (inner / "sql" / "aggregates").mkdir(parents=True)
    assert find_root(inner / "sql" / "aggregates") == inner
    assert find_root(tmp_path / "sql") == tmp_path


def test_settings_make_a_project(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.tally.kafka]\npartitions = 2\n")
    (tmp_path / "deep" / "er").mkdir(parents=True)
    assert find_root(tmp_path / "deep" / "er") == tmp_path


def test_another_tools_settings_do_not(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\nline-length = 110\n")
    with pytest.raises(NoProject) as caught:
        find_root(tmp_path)
    assert str(caught.value) == (
        f"no project in {tmp_path} or in a folder above it\n"
        "hint: run `tally init DIR` for a new one, or change to a folder with sql/"
    )
    assert caught.value.exit_code == 2


def test_settings_that_do_not_parse_are_left_to_be_reported(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.tally]\nenvironment = local\n")
    assert find_root(tmp_path) == tmp_path
