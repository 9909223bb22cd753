"""What tests of plans share: Flink's options, and how to plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tally.flink_conf import read_flink_conf
from tally.planning.job import Job
from tally.planning.plan_project import plan_files
from tally.project import load_project
from tally.stack.bundled import bundle

Plan = Callable[..., tuple[Job, ...]]


@pytest.fixture(scope="session")
def flink_options(request: pytest.FixtureRequest) -> dict[str, str]:
    """Flink's options, with the JVM set up that PyFlink starts on its first use.

    Without mini-batch, so that a plan shows each operator undivided; tests that are about mini-batch turn it on.
    """
    request.getfixturevalue("jvm")
    return {**read_flink_conf(bundle().flink_conf), "table.exec.mini-batch.enabled": "false"}


@pytest.fixture(scope="session")
def plan(flink_options: dict[str, str]) -> Plan:
    """Plan a project, or some files of it: ``plan(root, "sql/aggregates/a.sql")``."""

    def plan_all(root: Path, *files: str, environ: dict[str, str] | None = None) -> tuple[Job, ...]:
        project = load_project(root, environ or {})
        every = [file.path for file in project.aggregates] + list(project.jobs)
        return plan_files(project, [project.root / file for file in files] or every, ((), flink_options))

    return plan_all
