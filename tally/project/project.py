"""The folder -> Project: every SQL file read, every mistake in them reported together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tally.errors import ProjectError
from tally.project.errors import NoSuchFile, NotAJob, in_order
from tally.project.files import SqlFile, read_file
from tally.project.rooms import (
    AGGREGATES,
    FUNCTIONS,
    ROOMS,
    SOURCES,
    VIEWS,
    files_outside,
    judge_names,
    judge_room,
    sql_files,
)
from tally.project.root import find_root
from tally.project.statements import Statement
from tally.settings import Settings, load_settings, process_environment, project_name


@dataclass(frozen=True)
class Project:
    """What stands in a project's folder.

    Attributes:
        root: the folder, absolute.
        name: from pyproject.toml, else the folder's.
        settings: of the environment that holds.
        sources: files of sql/sources, by name; so for views, functions and aggregates.
        views: files of sql/views.
        functions: files of sql/functions.
        aggregates: files of sql/aggregates, each a job.
        jobs: modules of jobs/ with Table API aggregates: all but ``sql.py`` and those that begin with ``_``.
        udfs: the folder of Python UDFs, or None.
    """

    root: Path
    name: str
    settings: Settings
    sources: tuple[SqlFile, ...]
    views: tuple[SqlFile, ...]
    functions: tuple[SqlFile, ...]
    aggregates: tuple[SqlFile, ...]
    jobs: tuple[Path, ...]
    udfs: Path | None

    @property
    def names(self) -> dict[str, Statement]:
        """Every object of the SQL files, with the statement that creates it."""
        return _created((*self.sources, *self.views, *self.functions, *self.aggregates))

    @property
    def source_names(self) -> tuple[str, ...]:
        """The names of its sources, in order."""
        return tuple(sorted(_created(self.sources)))

    def shared(self, name: str) -> Statement | None:
        """Return the source, view or function statement that creates ``name``, or None."""
        return _created((*self.sources, *self.views, *self.functions)).get(name)


def load_project(root: Path, environ: Mapping[str, str] | None = None) -> Project:
    """Read the project at ``root``.

    Args:
        root: its folder, or one inside it.
        environ: variables for the settings and for ``${NAME}``; None: those of this process.

    Raises:
        NoProject: the folder is none, nor is one above it.
        UnknownSetting: and the other errors of the settings.
        ProjectErrors: all mistakes in the SQL files, by place.
    """
    project, mistakes = read_project(root, environ)
    if mistakes:
        raise in_order(mistakes)
    return project


def read_project(
    root: Path, environ: Mapping[str, str] | None = None
) -> tuple[Project, tuple[ProjectError, ...]]:
    """Return what can be read of the project, as ``load_project``, and the mistakes in its SQL files.

    Raises:
        NoProject, UnknownSetting: as ``load_project``.
    """
    variables = process_environment() if environ is None else environ
    folder = find_root(root)
    settings = load_settings(folder, variables)
    mistakes: list[ProjectError] = [*files_outside(folder)]
    files: dict[str, tuple[SqlFile, ...]] = {}
    for room in ROOMS:
        files[room], wrong = _read_room(folder, room, variables)
        mistakes += wrong
    mistakes += judge_names(file for room in ROOMS for file in files[room])
    project = Project(
        root=folder,
        name=project_name(folder),
        settings=settings,
        sources=files[SOURCES],
        views=files[VIEWS],
        functions=files[FUNCTIONS],
        aggregates=files[AGGREGATES],
        jobs=tuple(_job_modules(folder)),
        udfs=folder / "udfs" if (folder / "udfs").is_dir() else None,
    )
    return project, tuple(mistakes)


def load_file(project: Project, path: Path, environ: Mapping[str, str] | None = None) -> SqlFile:
    """Read an SQL file that was named on the command line; one of sql/aggregates comes from the project.

    Args:
        project: whose objects the file uses.
        path: of the file, relative to the current folder or absolute.
        environ: variables for ``${NAME}``; None: those of this process.

    Raises:
        NoSuchFile: there is no such file.
        NotAJob: it is a file of sql/sources, sql/views or sql/functions.
        ProjectErrors: all mistakes in the file; a name that the project uses already is one.
    """
    file = path.resolve()
    if not file.is_file():
        raise NoSuchFile(path, tuple(known.name for known in project.aggregates))
    name = file.relative_to(project.root).as_posix() if file.is_relative_to(project.root) else file.as_posix()
    for known in project.aggregates:
        if known.path == file:
            return known
    if name.startswith((f"{SOURCES}/", f"{VIEWS}/", f"{FUNCTIONS}/")):
        raise NotAJob(name)
    read, wrong = read_file(file, name, process_environment() if environ is None else environ)
    shared = (*project.sources, *project.views, *project.functions, *project.aggregates)
    mistakes = [*wrong, *judge_names((*shared, read))]
    if mistakes:
        raise in_order(mistakes)
    return read


def _read_room(
    root: Path, room: str, environ: Mapping[str, str]
) -> tuple[tuple[SqlFile, ...], list[ProjectError]]:
    files: list[SqlFile] = []
    mistakes: list[ProjectError] = []
    for path in sql_files(root, room):
        file, wrong = read_file(path, path.relative_to(root).as_posix(), environ)
        files.append(file)
        mistakes += [*wrong, *judge_room(room, file)]
    return tuple(files), mistakes


def _job_modules(root: Path) -> Iterator[Path]:
    for path in sorted((root / "jobs").glob("*.py")):
        if path.name != "sql.py" and not path.name.startswith("_"):
            yield path


def _created(files: tuple[SqlFile, ...]) -> dict[str, Statement]:
    statements = (statement for file in files for statement in file.statements)
    return {statement.creates.name: statement for statement in statements if statement.creates}
