"""What the end-to-end tests share: one JVM for the session, and a project of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tally.running.jvm import RUNNING, Jvm
from tally.stack import Stack
from tally.stack.archives import flink_archive_options
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
from tally.stack.java import find_java
from tests.e2e.workbench import Workbench


@pytest.fixture(scope="session")
def jvm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """PyFlink's JVM with tally's connectors on its class path; there is one a process."""
    options = (*RUNNING, *flink_archive_options(find_java(), flink_jars()))
    Jvm(flink_jars(), bundle().flink_conf, tmp_path_factory.mktemp("logs"), "1g", (), options).configure()


@pytest.fixture
def bench(tmp_path: Path, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Workbench]:
    """An empty project on the real stack."""
    request.getfixturevalue("jvm")
    (tmp_path / "sql").mkdir()
    yield Workbench(tmp_path, stack)
