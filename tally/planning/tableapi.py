"""Modules of ``jobs/``: functions marked with ``@aggregate`` take the same path as SQL."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tally.errors import Span, TallyError
from tally.jobs import ATTRIBUTE, Declaration
from tally.planning.drafts import Declared
from tally.planning.errors import JobImportFailed, NullableKey, WrongOption
from tally.planning.job import Job
from tally.planning.planner import JobPlanner
from tally.planning.schema import columns_of
from tally.project import Project


def plan_module(project: Project, path: Path, planner: JobPlanner) -> Job:
    """Return the Job of a module of ``jobs/``.

    Raises:
        JobImportFailed: the module, or a function of it, raises.
        ProjectError: as for SQL.
    """
    file = path.relative_to(project.root).as_posix()
    for function in _declared(_load(path, file)):
        _add(planner, function, file)
    return planner.job(path.stem, file)


def _load(path: Path, file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"jobs.{path.stem}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise JobImportFailed(
            f"{type(error).__name__}: {error}", Span(file, _line_of(error, path), 1)
        ) from error
    return module


def _declared(module: ModuleType) -> list[Callable[[Any], Any]]:
    return [f for f in vars(module).values() if isinstance(getattr(f, ATTRIBUTE, None), Declaration)]


def _add(planner: JobPlanner, function: Callable[[Any], Any], file: str) -> None:
    declaration: Declaration = getattr(function, ATTRIBUTE)
    span = Span(file, inspect.getsourcelines(function)[1], 1)

    def build() -> Any:
        table = function(planner.flink.t_env)
        planner.flink.create_view(declaration.name, table)
        return table

    try:
        table = planner.resolver.retry(build, lambda *_: span, span)
    except TallyError:
        raise
    except Exception as error:
        raise JobImportFailed(f"{type(error).__name__}: {error}".splitlines()[0], span) from error
    columns = columns_of(table._j_table.getResolvedSchema())
    _check_key(declaration, {column.name: column.nullable for column in columns}, span)
    planner.add_declared(
        Declared(declaration.name, declaration.comment, columns, declaration.key, declaration.options, span)
    )


def _check_key(declaration: Declaration, nullable: dict[str, bool], span: Span) -> None:
    for column in declaration.key:
        if column not in nullable:
            raise WrongOption(
                declaration.name, "key", column, f"columns of the result: {', '.join(nullable)}", span
            )
        if nullable[column]:
            raise NullableKey(declaration.name, column, None, span)


def _line_of(error: Exception, path: Path) -> int:
    lines = (
        [frame.lineno for frame in inspect.getinnerframes(error.__traceback__) if frame.filename == str(path)]
        if error.__traceback__
        else []
    )
    return lines[-1] if lines else 1
