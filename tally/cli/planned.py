"""The project that a command works on, opened and planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tally.errors import ProjectError, TallyError, raise_all
from tally.flink_conf import read_flink_conf
from tally.project import Project, in_order, read_project
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
        mistakes: in its SQL files, which could be read beside them.
    """

    project: Project
    jars: Sequence[Path]
    conf: Path
    options: Mapping[str, str]
    mistakes: tuple[TallyError, ...] = ()

    @property
    def logs(self) -> Path:
        """Where Flink's own log goes."""
        return self.project.root / ".tally" / "logs"


def open_project(*, runs: bool = False) -> Opened:
    """Open the project of the working folder, and set up the JVM that PyFlink will start.

    Args:
        runs: whether jobs run in that JVM; else it only plans them.

    Raises:
        NoProject, UnknownSetting, WrongSetting: the project is wrong.
        StackError: a jar is missing and cannot be fetched, or there is no fitting Java.
    """
    project, mistakes = read_project(Path.cwd())
    conf = flink_conf(project.root)
    opened = Opened(project, flink_jars(), conf, read_flink_conf(conf), mistakes)
    _configure_jvm(opened, runs)
    return opened


def _configure_jvm(opened: Opened, runs: bool) -> None:
    from tally.running.jvm import PLANNING, RUNNING, Jvm  # noqa: PLC0415

    memory = opened.project.settings.flink.memory
    options = (*(RUNNING if runs else PLANNING), *flink_archive_options(find_java(), opened.jars))
    path = (str(opened.project.root),)
    Jvm(opened.jars, opened.conf, opened.logs, memory, path, options).configure()


def plan(opened: Opened, files: Sequence[Path]) -> tuple[Job, ...]:
    """Plan some files, or all jobs of the project when none is named.

    Raises:
        ProjectError: what is wrong with them, all of it.
    """
    jobs, mistakes = plan_each(opened, files)
    raise_all(mistakes)
    return jobs


def plan_each(opened: Opened, files: Sequence[Path]) -> tuple[tuple[Job, ...], tuple[TallyError, ...]]:
    """Return the jobs that nothing is wrong with, and what is wrong with the others.

    Raises:
        NothingToRun: there is no file.
    """
    from tally.planning import plan_project  # noqa: PLC0415

    project, root = opened.project, opened.project.root
    every = [file.path for file in project.aggregates] + list(project.jobs)
    if not every and not files and not opened.mistakes:
        raise NothingToRun(str(root))
    unread = {error.span.file for error in opened.mistakes if error.span}
    paths = [path for path in files or every if _name(path, root) not in unread]
    planned, mistakes = plan_project.plan_each(project, paths, ((), opened.options))
    if opened.mistakes:
        mistakes = (*in_order(opened.mistakes).errors, *(one for one in mistakes if not _follows(one)))
    jobs, unserved = _servable(planned, project.settings.cassandra.keyspace)
    mistakes += unserved
    return jobs, mistakes


def _name(path: Path, root: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)


def _follows(mistake: TallyError) -> bool:
    """Tell whether a mistake may only come of one in another file, which could not be read."""
    from tally.planning.errors import UnknownFunction, UnknownTable  # noqa: PLC0415

    return isinstance(mistake, UnknownFunction | UnknownTable)


def _servable(jobs: Sequence[Job], keyspace: str) -> tuple[tuple[Job, ...], tuple[TallyError, ...]]:
    """Return the jobs whose aggregates can all be served, and what is wrong with the others.

    Refused here and not when it is served: a type, a table name, a bucket column that cannot be.
    """
    served: list[Job] = []
    mistakes: list[TallyError] = []
    for job in jobs:
        try:
            for aggregate in job.aggregates:
                if aggregate.cassandra:
                    serving_table(aggregate, keyspace)
            served.append(job)
        except TallyError as error:
            mistakes.append(error)
    return tuple(served), tuple(mistakes)


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
