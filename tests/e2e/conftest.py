"""What the end-to-end tests share: a project of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tally.stack import Stack
from tests.e2e.workbench import Workbench


@pytest.fixture
def bench(tmp_path: Path, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """An empty project on the real stack."""
    request.getfixturevalue("jvm")
    (tmp_path / "sql").mkdir()
    yield Workbench(tmp_path, stack)
