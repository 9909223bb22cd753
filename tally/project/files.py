"""One SQL file -> its statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tally.errors import ProjectError, Span
from tally.project.errors import EmptyFile, NotUtf8
from tally.project.statements import Statement, split


@dataclass(frozen=True)
class SqlFile:
    """An SQL file of the project, or one named on the command line.

    Attributes:
        path: absolute.
        name: relative to the project, with ``/``; the whole path for a file outside of it.
        statements: in order; at least one.
    """

    path: Path
    name: str
    statements: tuple[Statement, ...]


def read_file(path: Path, name: str, environ: Mapping[str, str]) -> tuple[SqlFile, tuple[ProjectError, ...]]:
    """Read one file; what is wrong with it comes back beside it, so that all files can be reported together.

    Returns:
        The file, with no statements where something is wrong, and the mistakes.
    """
    try:
        statements, missing = split(_text(path, name), name, environ)
    except ProjectError as error:
        return SqlFile(path, name, ()), (error,)
    if not statements and not missing:
        return SqlFile(path, name, ()), (EmptyFile(name),)
    return SqlFile(path, name, statements), missing


def _text(path: Path, name: str) -> str:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise NotUtf8(Span(name, before.count(b"\n") + 1, column)) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")
