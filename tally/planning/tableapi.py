"""Modules of ``jobs/``: functions marked with ``@aggregate`` take the same path as SQL."""

from __future__ import annotations

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from pyflink.table import Table

from tally.errors import Span, TallyError
from tally.jobs import ATTRIBUTE, Declaration
from tally.planning.drafts import Declared
from tally.planning.errors import JobImportFailed, NullableKey, WrongOption
from tally.planning.job import Column, Job
from tally.planning.planner import JobPlanner
from tally.planning.schema import columns_of
from tally.project import Project
from tally.project.errors import DuplicateObject


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
    # As an import does: dataclasses and pickling look their module up there.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        raise JobImportFailed(_reason(error), Span(file, _line_of(error, file), 1)) from error
    return module


def _declared(module: ModuleType) -> list[Callable[[Any], Any]]:
    """Return the aggregates of the module, without those that it imports from another one."""
    own = (f for f in vars(module).values() if getattr(f, "__module__", None) == module.__name__)
    return [f for f in own if isinstance(getattr(f, ATTRIBUTE, None), Declaration)]


def _add(planner: JobPlanner, function: Callable[[Any], Any], file: str) -> None:
    declaration: Declaration = getattr(function, ATTRIBUTE)
    span = Span(file, inspect.getsourcelines(function)[1], 1)
    if declaration.name in planner.names:
        taken = planner.names[declaration.name]
        raise DuplicateObject(declaration.name, taken.creates.span if taken.creates else taken.span, span)

    def build() -> Any:
        table = function(planner.flink.t_env)
        if not isinstance(table, Table):
            raise TypeError(f"{declaration.name} returned {type(table).__name__}, not a Table")
        planner.flink.create_view(declaration.name, table)
        return table

    try:
        table = planner.resolver.retry(build, lambda *_: span, span)
    except TallyError:
        raise
    except Exception as error:
        raise JobImportFailed(_reason(error), Span(file, _line_of(error, file, span.line), 1)) from error
    columns = columns_of(table._j_table.getResolvedSchema())
    _check_key(declaration, {column.name: column for column in columns}, span)
    planner.add_declared(
        Declared(
            name=declaration.name,
            comment=declaration.comment,
            columns=columns,
            key=declaration.key,
            options=declaration.options,
            span=span,
            sql=inspect.getsource(function),
        )
    )


def _check_key(declaration: Declaration, columns: dict[str, Column], span: Span) -> None:
    for name in declaration.key:
        if name not in columns:
            raise WrongOption(
                declaration.name, "key", name, f"columns of the result: {', '.join(columns)}", span
            )
        if columns[name].nullable:
            raise NullableKey(declaration.name, name, columns[name].type, None, span)


def _reason(error: Exception) -> str:
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {said}".splitlines()[0]


def _line_of(error: Exception, file: str, otherwise: int = 1) -> int:
    """Return the line of the module that the error went through last."""
    if isinstance(error, SyntaxError) and str(error.filename).endswith(file):
        return error.lineno or otherwise
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename.endswith(file)]
    return lines[-1] or otherwise if lines else otherwise
