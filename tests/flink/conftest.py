"""One JVM for all tests of this folder, as PyFlink has it: one a process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tally.flink_conf import read_flink_conf
from tally.planning.job import Job
from tally.planning.plan_project import plan_files
from tally.project import load_project
from tally.running.jvm import PLANNING, Jvm
from tally.stack.archives import flink_archive_options
from tally.stack.bundled import bundle
from tally.stack.jars import flink_jars
from tally.stack.java import find_java

Plan = Callable[..., tuple[Job, ...]]


@pytest.fixture(scope="session")
def flink_options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Flink's options, with the JVM set up that PyFlink starts on its first use.

    Without mini-batch, so that a plan shows each operator undivided; tests that are about mini-batch turn it on.
    """
    conf = bundle().flink_conf
    options = (*PLANNING, *flink_archive_options(find_java(), flink_jars()))
    Jvm(flink_jars(), conf, tmp_path_factory.mktemp("flink-logs"), "1g", (), options).configure()
    return {**read_flink_conf(conf), "table.exec.mini-batch.enabled": "false"}


@pytest.fixture(scope="session")
def plan(flink_options: dict[str, str]) -> Plan:
    """Plan a project, or some files of it: ``plan(root, "sql/aggregates/a.sql")``."""

    def plan_all(root: Path, *files: str, environ: dict[str, str] | None = None) -> tuple[Job, ...]:
        project = load_project(root, environ or {})
        every = [file.path for file in project.aggregates] + list(project.jobs)
        return plan_files(project, [project.root / file for file in files] or every, ((), flink_options))

    return plan_all
