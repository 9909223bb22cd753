"""What can be wrong with the text of a project: one class a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tally.errors import ProjectError, ProjectErrors, Span, TallyError, nearest_hint


@dataclass(eq=False)
class UnterminatedString(ProjectError):
    """A ``'`` without its end."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its beginning."""
        return "unterminated string"

    @property
    def hint(self) -> str:
        """Say how to close it, and how to write a quote."""
        return "close it with ', and write '' for a quote inside it"


@dataclass(eq=False)
class UnterminatedName(ProjectError):
    """A backtick without its end on the same line."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its beginning."""
        return "unterminated quoted name"

    @property
    def hint(self) -> str:
        """Say how to close it, and how to write a backtick."""
        return "close it with ` on the same line, and write `` for a backtick inside it"


@dataclass(eq=False)
class UnterminatedComment(ProjectError):
    """A ``/*``, or the ``/*+`` of a hint, without its end."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its beginning."""
        return "unterminated comment"

    @property
    def hint(self) -> str:
        """Say how to close it."""
        return "close it with */ before the statement ends"


@dataclass(eq=False)
class UnterminatedStatementSet(ProjectError):
    """``STATEMENT SET BEGIN`` without its ``END``."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is open; the span is its first keyword."""
        return "unterminated statement set"

    @property
    def hint(self) -> str:
        """Say how to close it."""
        return "end each INSERT with ; and write END; after the last"


@dataclass(eq=False)
class DoubleQuotes(ProjectError):
    """Text in double quotes, which have no meaning in Flink SQL."""

    text: str
    span: Span

    @property
    def message(self) -> str:
        """Show the text."""
        return f"double quotes are not part of Flink SQL: {self.text}"

    @property
    def hint(self) -> str:
        """Show it as a name and as text."""
        inner = self.text.strip('"')
        return f"write `{inner}` for a name, '{inner}' for text"


@dataclass(eq=False)
class MalformedVariable(ProjectError):
    """``${`` that no name and ``}`` follow."""

    span: Span

    @property
    def message(self) -> str:
        """Say what is wrong with it."""
        return "malformed variable"

    @property
    def hint(self) -> str:
        """Give the legal forms."""
        return "write ${NAME} or ${NAME:-default}; $${ is a literal ${"


@dataclass(eq=False)
class MissingVariable(ProjectError):
    """A variable that has neither a value nor a default."""

    name: str
    spans: tuple[Span, ...]

    @property
    def span(self) -> Span:  # type: ignore[override]
        """Where it stands first."""
        return self.spans[0]

    @property
    def message(self) -> str:
        """Name it, and the other places where it stands."""
        others = f" (also at {', '.join(map(str, self.spans[1:]))})" if self.spans[1:] else ""
        return f"variable '{self.name}' is not set{others}"

    @property
    def hint(self) -> str:
        """Say how to give it a value."""
        return f"set it: export {self.name}=..., or write a default: ${{{self.name}:-...}}"


@dataclass(eq=False)
class NotUtf8(ProjectError):
    """A file that is not UTF-8 text."""

    span: Span

    @property
    def message(self) -> str:
        """Say what it is not; the span is the first wrong byte, its column counted in bytes."""
        return "not UTF-8 text"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "save the file as UTF-8"


@dataclass(eq=False)
class EmptyFile(ProjectError):
    """A file without a statement."""

    name: str

    @property
    def message(self) -> str:
        """Name the file."""
        return f"{self.name}: no statement in the file"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "write one, or remove the file"


@dataclass(eq=False)
class WrongRoom(ProjectError):
    """A statement that does not belong in its folder."""

    what: str
    room: str
    holds: str
    target: str
    span: Span

    @property
    def message(self) -> str:
        """Name the statement and what the folder holds."""
        return f"{self.what} in {self.room}/, which holds one {self.holds} a file"

    @property
    def hint(self) -> str:
        """Name the file where it belongs."""
        return f"move it to {self.target}"


@dataclass(eq=False)
class UnknownObject(ProjectError):
    """A CREATE statement that names no kind of object, or no object."""

    holds: str
    span: Span

    @property
    def message(self) -> str:
        """Say what is missing."""
        return "CREATE without a kind of object and a name"

    @property
    def hint(self) -> str:
        """Say what to write."""
        return f"write {self.holds} name ..."


@dataclass(eq=False)
class SecondObject(ProjectError):
    """A second object in a file that holds one."""

    name: str
    first: Span
    target: str
    span: Span

    @property
    def message(self) -> str:
        """Name the second object and where the first one stands."""
        return f"second object '{self.name}' in the file, after the one at {self.first}"

    @property
    def hint(self) -> str:
        """Name the file where it belongs."""
        return f"move it to {self.target}"


@dataclass(eq=False)
class WrongFileName(ProjectError):
    """A file that is not named after its object."""

    name: str
    target: str
    span: Span

    @property
    def message(self) -> str:
        """Name the object."""
        return f"'{self.name}' stands in a file of another name"

    @property
    def hint(self) -> str:
        """Name both ways out."""
        return f"rename the file to {self.target}, or the object"


@dataclass(eq=False)
class DuplicateObject(ProjectError):
    """Two objects of one name."""

    name: str
    first: Span
    span: Span

    @property
    def message(self) -> str:
        """Name the object and its first place; the span is the second."""
        return f"'{self.name}' exists already, at {self.first}"

    @property
    def hint(self) -> str:
        """Say what to do."""
        return "rename or remove one of the two"


@dataclass(eq=False)
class OutsideRooms(ProjectError):
    """An SQL file in sql/, but in none of its folders, which nothing would ever read."""

    name: str
    rooms: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the file."""
        return f"{self.name}: not in a folder of SQL files"

    @property
    def hint(self) -> str:
        """Give the nearest folder, or all of them."""
        folder = "/".join(self.name.split("/")[:2])
        return nearest_hint(folder, self.rooms)


@dataclass(eq=False)
class NoSuchFile(ProjectError):
    """A file of the command line that does not exist."""

    path: Path
    legal: tuple[str, ...]

    @property
    def message(self) -> str:
        """Name the file."""
        return f"no file '{self.path.as_posix()}'"

    @property
    def hint(self) -> str:
        """Give the nearest file of sql/aggregates, or all of them."""
        return nearest_hint(self.path.as_posix(), self.legal)


@dataclass(eq=False)
class NotAJob(ProjectError):
    """A file of the command line that declares shared objects, and runs nothing."""

    name: str

    @property
    def message(self) -> str:
        """Name the file."""
        return f"{self.name}: not a job"

    @property
    def hint(self) -> str:
        """Say what is one."""
        return "name a file of sql/aggregates; sources, views and functions come with it"


def in_order(errors: Iterable[TallyError]) -> ProjectErrors:
    """Return the mistakes as one error: by their places, those of whole files first.

    The variables that are missing are put together by name, so that each is reported once.
    """
    errors = tuple(errors)
    others = [error for error in errors if not isinstance(error, MissingVariable)]
    spans: dict[str, list[Span]] = {}
    for error in errors:
        if isinstance(error, MissingVariable):
            spans.setdefault(error.name, []).extend(error.spans)
    missing = [MissingVariable(name, tuple(sorted(places))) for name, places in spans.items()]
    nowhere = Span("", 0, 0)
    return ProjectErrors(sorted([*others, *missing], key=lambda error: error.span or nowhere))
