"""What every error of tally has in common: a place, one line that says what is wrong, and a hint.

Each room defines its own errors, one class per user mistake, in its ``errors.py``::

    @dataclass(eq=False)
    class UnknownSink(ProjectError):
        sink: str
        legal: tuple[str, ...]
        span: Span | None = None

        @property
        def message(self) -> str:
            return f"unknown sink '{self.sink}'"

        @property
        def hint(self) -> str | None:
            return nearest_hint(self.sink, self.legal)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Span:
    """A place in a file: ``line`` and ``column`` count from 1; ``file`` is relative to the project."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class TallyError(Exception):
    """A failure that tally can name; printed as ``[span: ]message`` and ``hint: ...``.

    Attributes:
        exit_code: what the command line returns: 1 failed at run time, 2 wrong usage or wrong project.
        span: the place in the user's files, where there is one.
    """

    exit_code: ClassVar[int] = 1
    span: Span | None = None

    @property
    def message(self) -> str:
        """What is wrong, in one line, lower case, naming the object."""
        raise AssertionError(f"{type(self).__name__} has no message")

    @property
    def hint(self) -> str | None:
        """What to write or run instead; None where there is nothing to add."""
        return None

    def __str__(self) -> str:
        place = f"{self.span}: " if self.span else ""
        hint = f"\nhint: {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class ProjectError(TallyError):
    """The project or the call is wrong: nothing was started."""

    exit_code: ClassVar[int] = 2


class ProjectErrors(ProjectError):
    """Several mistakes found together; printed one after the other.

    Attributes:
        errors: the mistakes, in the order of their places.
    """

    def __init__(self, errors: Iterable[TallyError]) -> None:
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def raise_all(errors: Iterable[TallyError]) -> None:
    """Raise what was found: one mistake as it is, several together, each once; return where there is none.

    What several files read may be wrong in each of them: it is one mistake.
    """
    flat = (
        one for error in errors for one in (error.errors if isinstance(error, ProjectErrors) else (error,))
    )
    found = list({str(error): error for error in flat}.values())
    if found:
        raise found[0] if len(found) == 1 else ProjectErrors(found)


def nearest(name: str, legal: Iterable[str]) -> str | None:
    """Return the legal name most like ``name``, or None when nothing is near."""
    by_lower = {candidate.lower(): candidate for candidate in legal}
    matches = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


def nearest_hint(name: str, legal: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` where a legal name is near, else the legal names."""
    names = tuple(legal)
    near = nearest(name, names)
    if near:
        return f"did you mean '{near}'?"
    return f"use one of: {', '.join(names)}" if names else "there are none"
