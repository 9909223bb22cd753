"""Calls of Python functions inside a Flink task: arguments in, results or the words of what went wrong out.

As ``python_values`` it travels as code, since it runs in the interpreter inside the task, where tally is not
installed: it imports nothing else of tally. Java calls ``Calls.call`` once for each row: a tuple is the result, a list
holds what went wrong. No exception crosses, since crossing it would lose the file and the line.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable, Sequence
from types import CodeType, TracebackType
from typing import Any

from tally.running.python_values import Misfit, shown, to_python, to_sql

Described = Sequence[tuple[Any, ...]]


class Calls:
    """The functions of one operator.

    Args:
        operation: of PyFlink, which calls them.
        functions: as they were unpacked, one for each result of a scalar function.
        arguments: types of the arguments.
        results: types of the results.
    """

    def __init__(
        self, operation: Any, functions: Sequence[Any], arguments: Described, results: Described
    ) -> None:
        self._operation = operation
        self._places = [place_of(function) for function in functions]
        converters = [to_python(one) for one in arguments]
        self._arguments = converters if any(converters) else None
        self._results = [to_sql(one) for one in results]

    def open(self) -> None:
        """Open the functions."""
        self._operation.open()

    def close(self) -> None:
        """Close them."""
        self._operation.close()

    def call(self, values: tuple[Any, ...]) -> tuple[Any, ...] | list[str]:
        """Call the functions with a row; a list with one text says what went wrong."""
        try:
            given = self._given(values)
        except Exception as error:
            return [f"{self._named(0)}: {_said(error)}\n  arguments: {shown(values)}"]
        try:
            return self._called(given)
        except _Returned as misfit:
            return [f"{misfit}\n  arguments: {shown(given)}"]
        except Exception as error:
            return [f"{self._failed(error)}\n  arguments: {shown(given)}"]

    def _given(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if self._arguments is None:
            return values
        return tuple(
            value if convert is None else convert(value)
            for convert, value in zip(self._arguments, values)  # noqa: B905 (3.9 has no strict)
        )

    def _called(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        raise NotImplementedError

    def _named(self, position: int) -> str:
        return f"function {self._places[min(position, len(self._places) - 1)]}"

    def _fits(self, position: int, function: int, value: Any) -> Any:
        try:
            return self._results[position](value)
        except Misfit as misfit:
            text = f"{shown(value)}: {misfit}" if misfit.value is not value else str(misfit)
            raise _Returned(f"{self._named(function)} returned {text}") from None

    def _failed(self, error: Exception) -> str:
        """Name the function that was called, and the file and line where it failed."""
        frames = [
            code_and_line for code_and_line in _frames(error.__traceback__) if _is_users(*code_and_line)
        ]
        if not frames:
            return f"{self._named(0)} failed: {_said(error)}"
        (called, _, _), (_, line, module) = frames[0], frames[-1]
        return f"function '{called.co_name}' failed at {_file(module)}:{line}: {_said(error)}"


class _Returned(Exception):
    """What a function returned does not fit."""


class ScalarCalls(Calls):
    """Scalar functions: one result of each for a row."""

    def _called(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        results = self._operation.process_element(given)
        return tuple(self._fits(position, position, value) for position, value in enumerate(results))


class TableCalls(Calls):
    """A table function: any number of rows for a row, all of them before the first is handed on."""

    def _called(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(self._row(row) for row in self._operation.process_element(given))

    def _row(self, row: Sequence[Any]) -> tuple[Any, ...]:
        if len(row) != len(self._results):
            raise _Returned(
                f"{self._named(0)} returned {shown(tuple(row))}: {len(row)} columns in place of {len(self._results)}"
            )
        return tuple(self._fits(position, 0, value) for position, value in enumerate(row))


def place_of(function: Any) -> str:
    """Return the name of a function as it was unpacked, with file and line where it has any."""
    called = getattr(function, "func", None) or function
    code = _code(called)
    name = getattr(called, "__name__", type(called).__name__)
    if code is None:
        return f"'{name}'"
    module = getattr(called, "__module__", "") or ""
    return f"'{name}' ({_file(module)}:{code.co_firstlineno})"


def _code(called: Any) -> CodeType | None:
    of_class: Callable[..., Any] | None = getattr(type(called), "eval", None)
    return getattr(called, "__code__", None) or getattr(of_class, "__code__", None)


def _frames(traceback: TracebackType | None) -> list[tuple[CodeType, int, str]]:
    found = []
    while traceback is not None:
        frame = traceback.tb_frame
        found.append((frame.f_code, traceback.tb_lineno, str(frame.f_globals.get("__name__", ""))))
        traceback = traceback.tb_next
    return found


_NOT_USERS = tuple(sysconfig.get_paths()[name] for name in ("purelib", "platlib", "stdlib"))


def _is_users(code: CodeType, _line: int, module: str) -> bool:
    if module in (__name__, Misfit.__module__) or module.partition(".")[0] == "pyflink":
        return False
    return not code.co_filename.startswith((*_NOT_USERS, "<")) and "site-packages" not in code.co_filename


def _file(module: str) -> str:
    # A function may have travelled as code: its file is then one of another machine, and its module is the same.
    return f"{module.replace('.', '/')}.py"


def _said(error: Exception) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
