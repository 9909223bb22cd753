"""The project that a command works on, opened and planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tally.errors import ProjectError
from tally.flink_conf import read_flink_conf
from tally.project import Project, load_project
from tally.serving.catalog import fingerprint, save_catalog
from tally.serving.tables import serving_table
from tally.stack.archives import flink_archive_options
from tally.stack.bundled import flink_conf
from tally.stack.jars import flink_jars
from tally.stack.java import find_java

if TYPE_CHECKING:
    from tally.planning.job import Job


@dataclass(frozen=True)
class Opened:
    """A project with what planning and running need beside it.

    Attributes:
        project: its files and settings.
        jars: connectors and formats.
        conf: folder of Flink's configuration.
        options: Flink options, of its config.yaml.
    """

    project: Project
    jars: Sequence[Path]
    conf: Path
    options: Mapping[str, str]

    @property
    def logs(self) -> Path:
        """Where Flink's own log goes."""
        return self.project.root / ".tally" / "logs"


def open_project(*, runs: bool = False) -> Opened:
    """Open the project of the working folder, and set up the JVM that PyFlink will start.

    Args:
        runs: whether jobs run in that JVM; else it only plans them.

    Raises:
        NoProject, ProjectErrors, UnknownSetting, WrongSetting: the project is wrong.
        StackError: a jar is missing and cannot be fetched, or there is no fitting Java.
    """
    project = load_project(Path.cwd())
    conf = flink_conf(project.root)
    opened = Opened(project, flink_jars(), conf, read_flink_conf(conf))
    _configure_jvm(opened, runs)
    return opened


def _configure_jvm(opened: Opened, runs: bool) -> None:
    from tally.running.jvm import PLANNING, RUNNING, Jvm  # noqa: PLC0415

    memory = opened.project.settings.flink.memory
    options = (*(RUNNING if runs else PLANNING), *flink_archive_options(find_java(), opened.jars))
    path = (str(opened.project.root),)
    Jvm(opened.jars, opened.conf, opened.logs, memory, path, options).configure()


def plan(opened: Opened, files: Sequence[Path]) -> tuple[Job, ...]:
    """Plan some files, or all jobs of the project when none is named, and keep what was planned.

    Raises:
        ProjectError: what is wrong with them.
    """
    from tally.planning.plan_project import plan_files  # noqa: PLC0415

    root = opened.project.root
    before = fingerprint(root)
    every = [file.path for file in opened.project.aggregates] + list(opened.project.jobs)
    if not every and not files:
        raise NothingToRun(str(root))
    jobs = plan_files(opened.project, files or every, ((), opened.options))
    aggregates = tuple(aggregate for job in jobs for aggregate in job.aggregates)
    for aggregate in aggregates:
        # Refused here and not when it is served: a type, a table name, a bucket column that cannot be.
        if aggregate.cassandra:
            serving_table(aggregate, opened.project.settings.cassandra.keyspace)
    save_catalog(root, aggregates, before, is_complete=not files)
    return jobs


@dataclass(eq=False)
class NothingToRun(ProjectError):
    """A project without jobs."""

    root: str

    @property
    def message(self) -> str:
        """Name the project."""
        return f"{self.root} has no file in sql/aggregates and no module in jobs"

    @property
    def hint(self) -> str:
        """Say what to write."""
        return "write CREATE MATERIALIZED TABLE name ... AS SELECT ... in sql/aggregates/name.sql"


FILES = click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE...]")
